# Time of a first write to a page, mean of a pass over the heap, by heap size:
# each case's median and interval.  Columns: touched in order, and shuffled.
# Reads first-write-by-heap-{sequential,shuffled}.dat (a block a case: its name,
# then rows of heap_bytes, ns, low, high) and caption-first-write-by-heap.dat.

LOOKS = 'look-first_write.dat'
FILES = 'first-write-by-heap-sequential.dat first-write-by-heap-shuffled.dat'
CAPTION_FILE = 'caption-first-write-by-heap.dat'
FIG_H = 380
call ARG3 ARG1 ARG2

WIDE = 288                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 52
TALL = FIG_H - BASE - 28

ymin = NaN                             # one range for both
ymax = NaN
do for [f = 1:words(FILES)] {
    do for [c = 2:COUNT[f] > 0 ? 4 : 0] {
        stats word(FILES, f) every ::1 using (positive(column(c)) * NS) nooutput
        if (exists('STATS_min')) {
            ymin = least(ymin, STATS_min)
            ymax = most(ymax, STATS_max)
        }
    }
}
ymin = or(ymin, 1e-9)
ymax = or(ymax, 1e-6)
set logscale y
set yrange [low_end(ymin, ymax):high_end(ymin, ymax)]

set multiplot
do for [f = 1:words(FILES)] {
    right = f > 1
    side = right ? 418 : 106
    set ytics ()
    set for [e = -10:3] for [m in tic_steps(ymax / ymin)] \
        ytics add (right ? '' : time_label(m * 10.0**e) m * 10.0**e)
    set lmargin at screen sx(side)
    set rmargin at screen sx(side + WIDE)
    set bmargin at screen sy(BASE)
    set tmargin at screen sy(BASE + TALL)
    unset label
    SHOW_X = 1
    eval HEAP_AXIS
    set label (right ? 'pages in shuffled order' : 'pages in order') \
        at screen sx(side + WIDE / 2),sy(BASE + TALL + 14) center
    set label (right ? '' : 'first write to a page') \
        at screen sx(14),sy(BASE + TALL / 2) center rotate
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
