# An experiment's cases or arms by an axis: what no figure of its own shows.
# Over a number: curves, on a log scale where the numbers are far apart.  Over
# names: groups of points.
# Drawn for each ARG4, such as spawn-by-child_cpu, of the experiment ARG5.  Reads
# ARG4.dat (a block per case or arm: its name, then rows of x, value, low, high; x is
# the heap, the number, or the place of the name), ARG4-axes.dat (a line: kind of the
# axis, its name, what is drawn, unit; then rows of place and name), look-ARG5.dat
# and caption-ARG4.dat.

FILES = ARG4 . '.dat'
AXES = ARG4 . '-axes.dat'
LOOKS = 'look-' . ARG5 . '.dat'
HEAP_WIDE = 1
FIG_H = 330
set datafile separator tab commentschars ''
stats AXES every ::0::0 using (KIND = strcol(1), 0) nooutput
NAMED = KIND eq 'names'
if (NAMED) { NO_LINES = 1 }
call ARG3 ARG1 ARG2 ARG4

stats AXES every ::0::0 using (X_NAME = strcol(2), Y_NAME = strcol(3), \
    UNIT = strcol(4), 0) nooutput
IS_TIME = UNIT eq 'ns'
SCALE = IS_TIME ? NS : 1
BASE = CAPTION_H + LEGEND_H + 52
TALL = FIG_H - BASE - 20

ymin = NaN
ymax = NaN
xmin = NaN
xmax = NaN
do for [c = 1:COUNT[1] > 0 ? 4 : 0] {
    stats FILES every ::1 using (column(c)) nooutput
    if (exists('STATS_min')) {
        if (c == 1) {
            xmin = STATS_min
            xmax = STATS_max
            stats FILES every ::1 using (positive($1)) nooutput
            xleast = exists('STATS_min') ? STATS_min : NaN
        } else {
            ymin = least(ymin, STATS_min * SCALE)
            ymax = most(ymax, STATS_max * SCALE)
        }
    }
}
# On a log scale where that shows more: of values above 0, a factor of 5 apart.
LOG = ymin > 0 && ymax > 5 * ymin
ymin = or(ymin, 0)
ymax = ymax > 0 ? ymax : SCALE
xmin = or(xmin, 0)
xmax = or(xmax, 1)
# Numbers a factor of 20 apart: 0, if it is there, half a decade left of the smallest.
FAR = KIND eq 'number' && ok(xleast) && xmax > 20 * xleast
XZERO = xleast / 3.2
# Tics where the first curve has points, labels where they have room.
TICS = 0
AT_LAST = NaN
if (FAR) {
    stats FILES index BLOCK[FIRST[1]] every ::1 using 1 nooutput
    TICS = int(STATS_records)
}
array TIC[TICS + 1]
do for [k = 1:TICS] {
    stats FILES index BLOCK[FIRST[1]] every ::k::k using (TIC[k] = $1, 0) nooutput
}
y_label(v) = v == 0 ? '0' : IS_TIME ? time_label_signed(v) : ratio_label(v)

set multiplot
f = 1
side = 106
WIDE = 588
foot = BASE
eval PANEL
if (LOG) {
    lowest = low_end(ymin, ymax)
    eval LOG_AXIS
} else {
    step = nice_step(ymax - least(ymin, 0))
    lowest = 1.12 * least(ymin, 0)
    ymin = lowest
    ymax = 1.12 * ymax
    eval LINEAR_AXIS
}
# Points of a group lie beside each other.
SPREAD = NAMED ? 0.7 / most(KEYS, 1) : 0
place(s) = SPREAD * (s - (FIRST[1] + LAST[1]) / 2.0)
curve_x(x, s) = KIND eq 'heap' ? heap_at(x) : FAR ? (x > 0 ? x : XZERO) : x + place(s)
if (KIND eq 'heap') {
    eval HEAP_AXIS
} else {
    if (NAMED) {
        unset xtics
        set xrange [xmin - 0.5:xmax + 0.5]
        do for [k = int(xmin):int(xmax) - 1] {
            set arrow from first k + 0.5,graph 0 to first k + 0.5,graph 1 \
                nohead back lw 0.7 dt solid lc rgb '#D4D4D4'
        }
    }
    if (FAR) {
        set logscale x
        set xrange [(xmin > 0 ? xleast : XZERO) / 1.3:xmax * 1.3]
        set xtics ()
        do for [k = 1:TICS] {
            HERE = log10(TIC[k] > 0 ? TIC[k] : XZERO)
            ROOM = !ok(AT_LAST) || HERE - AT_LAST > 0.07 * log10(xmax / xleast)
            AT_LAST = ROOM ? HERE : AT_LAST
            set xtics add (ROOM ? sprintf('%g', TIC[k]) : '' 10**HERE)
        }
        if (xmin == 0) { set label '//' at first XZERO * 1.8,graph 0 center font ',' . SMALL }
    }
    if (!NAMED && !FAR) {
        wide = most(xmax - xmin, 1e-9 + abs(xmax) * 0.1)
        set xrange [xmin - 0.06 * wide:xmax + 0.06 * wide]
        set xtics most(1, nice_step(wide)) format '%g'   # of whole numbers
    }
}
# A long name in two lines, in the height that there is.
BREAK = strlen(Y_NAME) > 30 ? space_before(Y_NAME, strlen(Y_NAME) / 2) : 0
set label (BREAK ? Y_NAME[1:BREAK - 1] . "\n" . Y_NAME[BREAK + 1:*] : Y_NAME) \
    at screen sx(BREAK ? 22 : 14),sy(BASE + TALL / 2) center rotate font (BREAK ? ',13' : '')
set label X_NAME at screen sx(400),sy(BASE - 40) center
if (COUNT[1] == 0) {
    unset xtics
    eval EMPTY
} else {
    if (NAMED) {
        plot AXES skip 1 using 1:(lowest):(strcol(2)) with labels offset 0,-1 \
                font (xmax > 5 ? ',12' : '') notitle, \
            for [s = FIRST[1]:LAST[1]] FILES index BLOCK[s] every ::1 \
                using (curve_x($1, s)):($3 * SCALE):(0):(($4 - $3) * SCALE) \
                with vectors nohead lt LOOK[s] dt solid lw 1.6 notitle, \
            for [s = FIRST[1]:LAST[1]] FILES index BLOCK[s] every ::1 \
                using (curve_x($1, s)):($2 * SCALE) with points lt LOOK[s] notitle
    } else {
        eval CURVES
    }
}
eval END
