# Time of a switch between two processes on one CPU, by the pages that each
# touches between switches: memory shared, and separate.  Below it the
# difference, which is the cost of changing the address space.
# Reads switch.dat (a block per case: its name, then rows of pages, ns, low, high),
# switch-difference.dat (rows of pages, ns, low, high) and caption-switch.dat.

LOOKS = 'look-switch.dat'
FILES = 'switch.dat'
HEAP_WIDE = 1
FIG_H = 452
call ARG3 ARG1 ARG2 ARG4

BASE = CAPTION_H + LEGEND_H + 52
TALL = (FIG_H - BASE - 14 - 20) / 2
DIFFERENCE = 'switch-difference.dat'

array LOW[2]
array HIGH[2]
do for [p = 1:2] {
    LOW[p] = 0
    HIGH[p] = 1e-9
    do for [c = 2:4] {
        stats word(FILES . ' ' . DIFFERENCE, p) every ::(2 - p) \
            using (column(c) * NS) nooutput
        if (exists('STATS_max')) {
            LOW[p] = least(LOW[p], STATS_min)
            HIGH[p] = most(HIGH[p], STATS_max)
        }
    }
}

set multiplot
f = 1
side = 106
WIDE = 588
do for [p = 1:2] {
    foot = BASE + (p == 2 ? 0 : TALL + 20)
    eval PANEL
    step = nice_step(HIGH[p] - LOW[p])
    ymin = LOW[p] * 1.1
    ymax = HIGH[p] * 1.1
    eval LINEAR_AXIS
    SHOW_X = p == 2
    eval HEAP_AXIS
    set label (p == 1 ? 'a switch' : 'separate − shared') \
        at screen sx(14),sy(foot + TALL / 2) center rotate
    set label (p == 2 ? 'pages touched between switches' : '') \
        at screen sx(400),sy(foot - 38) center
    if (COUNT[1] == 0 || p == 1) {
        eval CURVES
    } else {
        set style line 31 lw 2.6 pt 9 ps 1.1 * PS lc rgb '#0072B2'
        set arrow from graph 0,first 0 to graph 1,first 0 nohead lw 1 lc rgb '#444444'
        plot DIFFERENCE using (heap_at($1)):($3 * NS):($4 * NS) \
                with filledcurves lc rgb '#0072B2' notitle, \
            '' using (heap_at($1)):($3 * NS):(0):(($4 - $3) * NS) \
                with vectors nohead ls 31 lw 1 notitle, \
            '' using (heap_at($1)):($2 * NS) with linespoints ls 31 notitle
    }
}
eval END
