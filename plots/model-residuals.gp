# How far a call lies off the model's line over pages, by heap size, in per cent of itself: each primitive's
# residual and interval.  Columns: dirty and write-protected heap.
# Reads model-residuals-{dirty,write-protected}.dat (a block per primitive: its name, then rows of
# heap_bytes, residual, low, high, all as a share) and caption-model-residuals.dat.

LOOKS = 'look-spawn.dat'
FILES = 'model-residuals-dirty.dat model-residuals-write-protected.dat'
FIG_H = 364
call ARG3 ARG1 ARG2 ARG4

WIDE = 300                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 50
TALL = FIG_H - BASE - 28

SCALE = 1
BOUND = 0.1                            # within which a line holds
MOST = 0.5                             # what is further off is at the edge
ymin = -1.5 * BOUND
ymax = 1.5 * BOUND
do for [f = 1:words(FILES)] {
    if (COUNT[f] > 0) {
        stats word(FILES, f) every ::1 using 2 nooutput
        if (exists('STATS_min')) {
            ymin = most(-MOST, least(ymin, STATS_min * 1.1))
            ymax = least(MOST, most(ymax, STATS_max * 1.1))
        }
    }
}
step = nice_step(ymax - ymin)
# Beside each other, or their bars would hide one another.
curve_x(x, s) = heap_at(x) * 2**(0.1 * (s - (FIRST[f] + LAST[f]) / 2.0))
SHAPES = BARS . ', ' . LINES           # bands of ten primitives would hide each other
y_label(v) = SHOW_Y ? sprintf('%s%.0f %%%%', v < 0 ? '−' : '', abs(v) * 100) : ''   # a label is a format

set multiplot
do for [f = 1:words(FILES)] {
    right = f > 1
    side = right ? 410 : 88
    foot = BASE
    eval PANEL
    SHOW_Y = !right
    eval LINEAR_AXIS
    eval HEAP_AXIS
    set label (right ? 'write-protected heap' : 'dirty heap') \
        at screen sx(side + WIDE / 2),sy(BASE + TALL + 14) center
    set label (right ? '' : 'call_ns less its line') \
        at screen sx(14),sy(BASE + TALL / 2) center rotate
    set label 'heap size, bytes' at screen sx(side + WIDE / 2),sy(BASE - 36) center
    set label (COUNT[f] == 0 ? NOT_MEASURED : '') at graph 0.5,0.3 center
    eval 'plot 0 with lines lc rgb "#555555" lw 1 notitle,' \
        . 'BOUND with lines lc rgb "#555555" dt (2,3) notitle,' \
        . '-BOUND with lines lc rgb "#555555" dt (2,3) notitle' . (COUNT[f] == 0 ? '' : ', ' . SHAPES)
}
eval END
