# What a child's end costs, by heap size: exit and exec, with an inherited copy
# of the heap and without; and what it pays to fault pages in again.
# Reads teardown-{end,read}.dat (a block a case: its name, then rows of
# heap_bytes, ns, low, high) and caption-teardown.dat.

LOOKS = 'look-teardown.dat'
FILES = 'teardown-end.dat teardown-read.dat'
FIG_H = 350
call ARG3 ARG1 ARG2 ARG4

WIDE = 258                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 52
TALL = FIG_H - BASE - 28
array TITLE[2] = ['a child''s end', 'its first read of a page']

array YMIN[2]
array YMAX[2]
do for [f = 1:2] {
    ymin = NaN
    ymax = NaN
    eval SPAN
    YMIN[f] = or(ymin, 1e-6)
    YMAX[f] = or(ymax, 1e-3)
}

set multiplot
do for [f = 1:2] {
    side = f == 2 ? 450 : 94
    foot = BASE
    eval PANEL
    ymin = YMIN[f]
    ymax = YMAX[f]
    eval LOG_AXIS
    eval HEAP_AXIS
    set label TITLE[f] at screen sx(side + WIDE / 2),sy(BASE + TALL + 14) center
    set label 'heap size, bytes' at screen sx(side + WIDE / 2),sy(BASE - 38) center
    eval CURVES
}
eval END
