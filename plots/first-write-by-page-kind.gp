# Time of a first write to a page by what the heap is made of: a row for each
# case, a mark for each page kind.
# Reads first-write-by-page-kind.dat (a block a page kind: its name, then rows of
# the case's number, its name, ns, low, high) and
# caption-first-write-by-page-kind.dat.

KINDS = 'first-write-by-page-kind.dat'
CAPTION_FILE = 'caption-first-write-by-page-kind.dat'
ROW_H = 26                             # height of a row

set encoding utf8
set datafile separator tab commentschars ''
MARKS = 0
ROWS = 6
stats KINDS every ::1 using 1 nooutput
if (exists('STATS_blocks')) {
    MARKS = int(STATS_blocks)
    ROWS = int(STATS_max) + 1
}
FIG_H = 12 + ROW_H * ROWS + 78
call ARG3 ARG1 ARG2

tmin = NaN
tmax = NaN
do for [c = 3:MARKS > 0 ? 5 : 0] {
    stats KINDS every ::1 using (positive(column(c)) * NS) nooutput
    if (exists('STATS_min')) {
        tmin = least(tmin, STATS_min)
        tmax = most(tmax, STATS_max)
    }
}
tmin = or(tmin, 1e-9)
tmax = or(tmax, 1e-5)

set style line 1 pt 7  ps 1.1 * PS lw 1.6 lc rgb '#000000'
set style line 2 pt 4  ps 1.4 * PS lw 1.8 lc rgb '#0072B2'
set style line 3 pt 8  ps 1.6 * PS lw 1.8 lc rgb '#D55E00'
set style line 4 pt 12 ps 1.7 * PS lw 1.8 lc rgb '#009E73'
style_of(s) = s eq '4k' ? 1 : s eq 'mthp' ? 2 : s eq 'thp' ? 3 : 4
array STYLE[MARKS + 1]
do for [b = 0:MARKS - 1] {
    stats KINDS index b every ::0::0 using (NAME = strcol(1), 0) nooutput
    STYLE[b + 1] = style_of(NAME)
}

FOOT = CAPTION_H + 78
LEFT = 186
set multiplot
set logscale x
set xrange [low_end(tmin, tmax):high_end(tmin, tmax)]
set yrange [ROWS - 0.5:-0.5]
set border 1
unset ytics
set lmargin at screen sx(LEFT)
set rmargin at screen sx(700)
set bmargin at screen sy(FOOT)
set tmargin at screen sy(FOOT + ROWS * ROW_H)
set xtics ()
set for [e = -10:3] for [m in tic_steps(tmax / tmin)] \
    xtics add (time_label(m * 10.0**e) m * 10.0**e)
set label 'first write to a page, mean of a pass' \
    at screen sx((LEFT + 700) / 2),sy(FOOT - 38) center
# Marks of a row lie a little apart.
at(y, b) = y + 0.16 * (b - (MARKS - 1) / 2.0)
if (MARKS == 0) {
    set label NOT_MEASURED at graph 0.5,0.5 center
    plot NaN notitle
} else {
    left = low_end(tmin, tmax)
    plot KINDS index 0 every ::1 using (left):1:(high_end(tmin, tmax) - left):(0) \
            with vectors nohead lw 0.7 dt solid lc rgb '#D4D4D4' notitle, \
        '' index 0 every ::1 using (left):1:(strcol(2)) \
            with labels right offset -1,0 notitle, \
        for [b = 0:MARKS - 1] '' index b every ::1 \
            using ($4 * NS):(at($1, b)):(($5 - $4) * NS):(0) \
            with vectors nohead ls STYLE[b + 1] notitle, \
        for [b = 0:MARKS - 1] '' index b every ::1 using ($3 * NS):(at($1, b)) \
            with points ls STYLE[b + 1] notitle
}
eval BARE
array KIND[4] = ['4k: 4 KiB', 'mthp: 64 KiB', 'thp: 2 MiB', 'hugetlb: 2 MiB']
do for [b = 0:MARKS - 1] {
    k = STYLE[b + 1]
    set label KIND[k] at screen sx(36 + 176 * b),sy(CAPTION_H + 16) left
    set label '' at screen sx(22 + 176 * b),sy(CAPTION_H + 16) point ls k
}
plot NaN notitle
eval CAPTION
unset multiplot
