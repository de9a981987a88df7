# What a child's end costs, by heap size: exit and exec, with an inherited copy
# of the heap and without; and what it pays to fault pages in again.
# Reads teardown-{end,read}.dat (a block a case: its name, then rows of
# heap_bytes, ns, low, high) and caption-teardown.dat.

LOOKS = 'look-teardown.dat'
FILES = 'teardown-end.dat teardown-read.dat'
CAPTION_FILE = 'caption-teardown.dat'
FIG_H = 350
call ARG3 ARG1 ARG2

WIDE = 258                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 52
TALL = FIG_H - BASE - 28
array TITLE[2] = ['a child''s end', 'its first read of a page']

array YMIN[2]
array YMAX[2]
do for [f = 1:2] {
    YMIN[f] = NaN
    YMAX[f] = NaN
    do for [c = 2:COUNT[f] > 0 ? 4 : 0] {
        stats word(FILES, f) every ::1 using (positive(column(c)) * NS) nooutput
        if (exists('STATS_min')) {
            YMIN[f] = least(YMIN[f], STATS_min)
            YMAX[f] = most(YMAX[f], STATS_max)
        }
    }
}

set multiplot
do for [f = 1:2] {
    side = f == 2 ? 450 : 94
    ymin = or(YMIN[f], 1e-6)
    ymax = or(YMAX[f], 1e-3)
    set logscale y
    set yrange [low_end(ymin, ymax):high_end(ymin, ymax)]
    set ytics ()
    set for [e = -10:3] for [m in tic_steps(ymax / ymin)] \
        ytics add (time_label(m * 10.0**e) m * 10.0**e)
    set lmargin at screen sx(side)
    set rmargin at screen sx(side + WIDE)
    set bmargin at screen sy(BASE)
    set tmargin at screen sy(BASE + TALL)
    unset label
    SHOW_X = 1
    eval HEAP_AXIS
    set label TITLE[f] at screen sx(side + WIDE / 2),sy(BASE + TALL + 14) center
    set label 'heap size, bytes' at screen sx(side + WIDE / 2),sy(BASE - 38) center
    if (COUNT[f] == 0) {
        set label NOT_MEASURED at graph 0.5,0.5 center
        plot NaN notitle
    } else {
        plot for [s = FIRST[f]:LAST[f]] word(FILES, f) index BLOCK[s] every ::1 \
                using (heap_at($1)):($3 * NS):($4 * NS) \
                with filledcurves lt LOOK[s] notitle, \
            for [s = FIRST[f]:LAST[f]] word(FILES, f) index BLOCK[s] every ::1 \
                using (heap_at($1)):($3 * NS):(0):(($4 - $3) * NS) \
                with vectors nohead lt LOOK[s] dt solid lw 1 notitle, \
            for [s = FIRST[f]:LAST[f]] word(FILES, f) index BLOCK[s] every ::1 \
                using (heap_at($1)):($2 * NS) with linespoints lt LOOK[s] notitle
    }
}
eval LEGEND
eval CAPTION
unset multiplot
