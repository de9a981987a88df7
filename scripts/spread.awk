# spread.awk: how repeated measurements scatter. Of lines "NAME VALUE [LOW HIGH]" in the order of time, with an
# interval or without, a line for each name in the order of their first:
#
#   NAME COUNT MEDIAN CV-OF-FIRST-TEN CV COVERED INTERVALS
#
# CV: the sample's standard deviation over its mean, in percent, "n/a" of a single value. COVERED: how many of the
# INTERVALS contain the median of all.
function cv(name, n,    i, mean, squares) {
	if (n < 2) return "n/a"
	for (i = 1; i <= n; i++) mean += value[name, i] / n
	for (i = 1; i <= n; i++) squares += (value[name, i] - mean) ^ 2
	return sprintf("%.2f", 100 * sqrt(squares / (n - 1)) / mean)
}
function median(name, n,    i, j, held, sorted) {
	for (i = 1; i <= n; i++) {
		held = value[name, i]
		for (j = i - 1; j > 0 && sorted[j] > held; j--) sorted[j + 1] = sorted[j]
		sorted[j + 1] = held
	}
	return (sorted[int((n + 1) / 2)] + sorted[int(n / 2) + 1]) / 2
}
{
	if (!($1 in count)) names[++name_count] = $1
	value[$1, ++count[$1]] = $2 + 0
	if (NF >= 4) {
		intervals[$1]++
		low[$1, intervals[$1]] = $3 + 0
		high[$1, intervals[$1]] = $4 + 0
	}
}
END {
	for (k = 1; k <= name_count; k++) {
		name = names[k]
		n = count[name]
		middle = median(name, n)
		covered = 0
		for (i = 1; i <= intervals[name]; i++) covered += low[name, i] <= middle && middle <= high[name, i]
		print name, n, middle, cv(name, n < 10 ? n : 10), cv(name, n), covered, intervals[name] + 0
	}
}
