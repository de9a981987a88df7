# Time of a switch between two processes on one CPU, by the pages that each
# touches between switches: memory shared, and separate.  Below it the
# difference, which is the cost of changing the address space.
# Reads switch.dat (a block a case: its name, then rows of pages, ns, low, high),
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
        if (p == 1) {
            stats FILES every ::1 using (column(c) * NS) nooutput
        } else {
            stats DIFFERENCE using (column(c) * NS) nooutput
        }
        if (exists('STATS_max')) {
            LOW[p] = least(LOW[p], STATS_min)
            HIGH[p] = most(HIGH[p], STATS_max)
        }
    }
}

set multiplot
set lmargin at screen sx(106)
set rmargin at screen sx(694)
do for [p = 1:2] {
    foot = BASE + (p == 2 ? 0 : TALL + 20)
    set bmargin at screen sy(foot)
    set tmargin at screen sy(foot + TALL)
    step = nice_step(HIGH[p] - LOW[p])
    set yrange [LOW[p] * 1.1:HIGH[p] * 1.1]
    set ytics ()
    set for [k = int(floor(LOW[p] / step)):int(ceil(HIGH[p] / step))] \
        ytics add (k == 0 ? '0' : time_label_signed(k * step) k * step)
    unset label
    unset arrow
    SHOW_X = p == 2
    eval HEAP_AXIS
    set label (p == 1 ? 'a switch' : 'separate − shared') \
        at screen sx(14),sy(foot + TALL / 2) center rotate
    set label (p == 2 ? 'pages touched between switches' : '') \
        at screen sx(400),sy(foot - 38) center
    if (COUNT[1] == 0) {
        eval EMPTY
    }
    if (COUNT[1] > 0 && p == 1) {
        plot for [s = FIRST[1]:LAST[1]] FILES index BLOCK[s] every ::1 \
                using (heap_at($1)):($3 * NS):($4 * NS) \
                with filledcurves lt LOOK[s] notitle, \
            for [s = FIRST[1]:LAST[1]] FILES index BLOCK[s] every ::1 \
                using (heap_at($1)):($3 * NS):(0):(($4 - $3) * NS) \
                with vectors nohead lt LOOK[s] dt solid lw 1 notitle, \
            for [s = FIRST[1]:LAST[1]] FILES index BLOCK[s] every ::1 \
                using (heap_at($1)):($2 * NS) with linespoints lt LOOK[s] notitle
    }
    if (COUNT[1] > 0 && p == 2) {
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
