# An experiment's cases or arms by an axis: what no figure of its own shows.
# Over a number: curves.  Over names: groups of points.
# Drawn for each ARG4, such as spawn-by-child_cpu, of the experiment ARG5.  Reads
# ARG4.dat (a block a case or arm: its name, then rows of x, value, low, high; x is
# the heap, the number, or the place of the name), ARG4-axes.dat (a line: kind of the
# axis, its name, what is drawn, unit; then rows of place and name), look-ARG5.dat
# and caption-ARG4.dat.

FILES = ARG4 . '.dat'
AXES = ARG4 . '-axes.dat'
LOOKS = 'look-' . ARG5 . '.dat'
HEAP_WIDE = 1
FIG_H = 330
call ARG3 ARG1 ARG2 ARG4

stats AXES every ::0::0 using (KIND = strcol(1), X_NAME = strcol(2), Y_NAME = strcol(3), \
    UNIT = strcol(4), 0) nooutput
IS_TIME = UNIT eq 'ns'
NAMED = KIND eq 'names'
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
curve_x(x, s) = KIND eq 'heap' ? heap_at(x) : x + place(s)
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
    } else {
        wide = most(xmax - xmin, 1e-9 + abs(xmax) * 0.1)
        set xrange [xmin - 0.06 * wide:xmax + 0.06 * wide]
        set xtics nice_step(wide) format '%g'
    }
}
set label Y_NAME at screen sx(14),sy(BASE + TALL / 2) center rotate \
    font (strlen(Y_NAME) > 30 ? ',13' : '')     # a long one in the height that there is
set label X_NAME at screen sx(400),sy(BASE - 40) center
if (COUNT[1] == 0) {
    unset xtics
    eval EMPTY
} else {
    if (NAMED) {
        plot AXES skip 1 using 1:(lowest):(strcol(2)) with labels offset 0,-1 notitle, \
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
