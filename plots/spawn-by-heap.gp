# Time to create a child, by heap size: each primitive's median and interval.
# Columns: dirty and write-protected heap.  Rows: time inside the call, time until the
# child was waited for.
# Reads spawn-by-heap-{call,reaped}-{dirty,write-protected}.dat (a block a primitive:
# its name, then rows of heap_bytes, median_ns, low_ns, high_ns) and
# caption-spawn-by-heap.dat.

LOOKS = 'look-spawn.dat'
FILES = 'spawn-by-heap-call-dirty.dat spawn-by-heap-call-write-protected.dat ' \
      . 'spawn-by-heap-reaped-dirty.dat spawn-by-heap-reaped-write-protected.dat'
FIG_H = 504
call ARG3 ARG1 ARG2 ARG4

WIDE = 288                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 50       # foot of the lower panels
TALL = (FIG_H - BASE - 28 - 16) / 2

# One y range for both panels of a row.
array YMIN[2]
array YMAX[2]
do for [r = 1:2] {
    ymin = NaN
    ymax = NaN
    do for [f = 2 * r - 1:2 * r] { eval SPAN }
    YMIN[r] = or(ymin, 1e-5)
    YMAX[r] = or(ymax, 1e-2)
}

set multiplot
do for [f = 1:words(FILES)] {
    right = (f + 1) % 2
    lower = f > 2
    ymin = YMIN[1 + lower]
    ymax = YMAX[1 + lower]
    foot = BASE + (lower ? 0 : TALL + 16)
    side = right ? 422 : 110
    eval PANEL
    SHOW_Y = !right
    eval LOG_AXIS
    SHOW_X = lower
    eval HEAP_AXIS
    set label (lower ? '' : right ? 'write-protected heap' : 'dirty heap') \
        at screen sx(side + WIDE / 2),sy(foot + TALL + 14) center
    set label (right ? '' : lower ? 'reaped_ns' : 'call_ns') \
        at screen sx(12),sy(foot + TALL / 2) center rotate
    set label (right ? '' : lower ? 'until reaped' : 'caller blocked in the call') \
        at screen sx(29),sy(foot + TALL / 2) center rotate font ',' . SMALL
    set label (lower ? 'heap size, bytes' : '') \
        at screen sx(side + WIDE / 2),sy(foot - 36) center
    eval CURVES
}
eval END
