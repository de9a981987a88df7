# Cost relative to fork, by heap size: each primitive's time until the child
# was waited for, divided by fork's with the same action; 1 is as fork, below 1
# is cheaper.  Columns: dirty and write-protected heap.
# Reads ratio-{dirty,write-protected}.dat (a block a primitive: its name, then rows of
# heap_bytes, ratio, low, high) and caption-ratio-to-fork-by-heap.dat.

LOOKS = 'look-spawn.dat'
FILES = 'ratio-dirty.dat ratio-write-protected.dat'
CAPTION_FILE = 'caption-ratio-to-fork-by-heap.dat'
FIG_H = 364
call ARG3 ARG1 ARG2

WIDE = 300                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 50
TALL = FIG_H - BASE - 28

ymin = 1                               # one range for both, fork's 1 within
ymax = 1
do for [f = 1:words(FILES)] {
    do for [c = 2:COUNT[f] > 0 ? 4 : 0] {
        stats word(FILES, f) using (positive(column(c))) nooutput
        if (exists('STATS_min')) {
            ymin = least(ymin, STATS_min)
            ymax = most(ymax, STATS_max)
        }
    }
}
set logscale y
set yrange [low_end(ymin, ymax):high_end(ymin, ymax)]

set multiplot
do for [f = 1:words(FILES)] {
    right = f > 1
    side = right ? 410 : 88
    set lmargin at screen sx(side)
    set rmargin at screen sx(side + WIDE)
    set bmargin at screen sy(BASE)
    set tmargin at screen sy(BASE + TALL)
    unset label
    SHOW_X = 1
    eval HEAP_AXIS
    set ytics ()
    set for [e = -9:9] for [m in tic_steps(ymax / ymin)] \
        ytics add (right ? '' : ratio_label(m * 10.0**e) m * 10.0**e)
    set label (right ? 'write-protected heap' : 'dirty heap') \
        at screen sx(side + WIDE / 2),sy(BASE + TALL + 14) center
    set label (right ? '' : 'reaped_ns relative to fork') \
        at screen sx(14),sy(BASE + TALL / 2) center rotate
    set label 'heap size, bytes' at screen sx(side + WIDE / 2),sy(BASE - 36) center
    set label 'fork' at graph 0.99,first 1 right offset 0,0.6 font ',' . SMALL
    if (COUNT[f] == 0) {
        set label NOT_MEASURED at graph 0.5,0.3 center
        plot 1 with lines lt 1 lw 1.6 notitle
    } else {
        plot 1 with lines lt 1 lw 1.6 notitle, \
            for [s = FIRST[f]:LAST[f]] word(FILES, f) index BLOCK[s] every ::1 \
                using (heap_at($1)):3:4 with filledcurves lt LOOK[s] notitle, \
            for [s = FIRST[f]:LAST[f]] word(FILES, f) index BLOCK[s] every ::1 \
                using (heap_at($1)):3:(0):($4 - $3) \
                with vectors nohead lt LOOK[s] dt solid lw 1 notitle, \
            for [s = FIRST[f]:LAST[f]] word(FILES, f) index BLOCK[s] every ::1 \
                using (heap_at($1)):2 with linespoints lt LOOK[s] notitle
    }
}
eval LEGEND
eval CAPTION
unset multiplot
