# Cost relative to fork, by heap size: each primitive's time until the child
# was waited for, divided by fork's with the same action; 1 is as fork, below 1
# is cheaper.  Columns: dirty and write-protected heap.
# Reads ratio-{dirty,write-protected}.dat (a block per primitive: its name, then rows of
# heap_bytes, ratio, low, high) and caption-ratio-to-fork-by-heap.dat.

LOOKS = 'look-spawn.dat'
FILES = 'ratio-dirty.dat ratio-write-protected.dat'
FIG_H = 364
call ARG3 ARG1 ARG2 ARG4

WIDE = 300                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 50
TALL = FIG_H - BASE - 28

ymin = 1                               # one range for both, fork's 1 within
ymax = 1
SCALE = 1
do for [f = 1:words(FILES)] { eval SPAN }
y_label(v) = ratio_label(v)

set multiplot
do for [f = 1:words(FILES)] {
    right = f > 1
    side = right ? 410 : 88
    foot = BASE
    eval PANEL
    SHOW_Y = !right
    eval LOG_AXIS
    eval HEAP_AXIS
    set label (right ? 'write-protected heap' : 'dirty heap') \
        at screen sx(side + WIDE / 2),sy(BASE + TALL + 14) center
    set label (right ? '' : 'reaped_ns relative to fork') \
        at screen sx(14),sy(BASE + TALL / 2) center rotate
    set label 'heap size, bytes' at screen sx(side + WIDE / 2),sy(BASE - 36) center
    set label 'fork' at graph 0.99,first 1 right offset 0,0.6 font ',' . SMALL
    set label (COUNT[f] == 0 ? NOT_MEASURED : '') at graph 0.5,0.3 center
    eval 'plot 1 with lines lt 1 lw 1.6 notitle' . (COUNT[f] == 0 ? '' : ', ' . SHAPES)
}
eval END
