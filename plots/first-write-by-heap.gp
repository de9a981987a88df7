# Time of a first write to a page, mean of a pass over the heap, by heap size:
# each case's median and interval.  Columns: touched in order, and shuffled.
# Reads first-write-by-heap-{sequential,shuffled}.dat (a block per case: its name,
# then rows of heap_bytes, ns, low, high), first-write-floors.dat (a block per floor of
# rows of heap_bytes, ns, colour) and caption-first-write-by-heap.dat.

LOOKS = 'look-first_write.dat'
FILES = 'first-write-by-heap-sequential.dat first-write-by-heap-shuffled.dat'
FIG_H = 380
call ARG3 ARG1 ARG2 ARG4

WIDE = 288                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 52
TALL = FIG_H - BASE - 28

ymin = NaN                             # one range for both
ymax = NaN
do for [f = 1:words(FILES)] { eval SPAN }
ymin = or(ymin, 1e-9)
ymax = or(ymax, 1e-6)

FLOOR_FILE = 'first-write-floors.dat'
eval FLOORS

set multiplot
do for [f = 1:words(FILES)] {
    right = f > 1
    side = right ? 418 : 106
    foot = BASE
    eval PANEL
    SHOW_Y = !right
    eval LOG_AXIS
    eval HEAP_AXIS
    set label (right ? 'pages in shuffled order' : 'pages in order') \
        at screen sx(side + WIDE / 2),sy(BASE + TALL + 14) center
    set label (right ? '' : 'first write to a page') \
        at screen sx(14),sy(BASE + TALL / 2) center rotate
    set label 'heap size, bytes' at screen sx(side + WIDE / 2),sy(BASE - 38) center
    eval CURVES
}
eval END
