# Time to create a child, by heap size: each primitive's median and interval.
# Columns: dirty and write-protected heap.  Rows: time inside the call, time until the
# child was waited for.
# Reads spawn-by-heap-{call,reaped}-{dirty,write-protected}.dat (a block a primitive:
# its name, then rows of heap_bytes, median_ns, low_ns, high_ns) and
# caption-spawn-by-heap.dat.

LOOKS = 'look-spawn.dat'
FILES = 'spawn-by-heap-call-dirty.dat spawn-by-heap-call-write-protected.dat ' \
      . 'spawn-by-heap-reaped-dirty.dat spawn-by-heap-reaped-write-protected.dat'
CAPTION_FILE = 'caption-spawn-by-heap.dat'
FIG_H = 504
call ARG3 ARG1 ARG2

WIDE = 288                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 50       # foot of the lower panels
TALL = (FIG_H - BASE - 28 - 16) / 2

# One y range for both panels of a row.
array YMIN[2]
array YMAX[2]
do for [r = 1:2] {
    YMIN[r] = NaN
    YMAX[r] = NaN
    do for [f = 2 * r - 1:2 * r] {
        do for [c = 2:COUNT[f] > 0 ? 4 : 0] {
            stats word(FILES, f) using (positive(column(c)) * NS) nooutput
            if (exists('STATS_min')) {
                YMIN[r] = least(YMIN[r], STATS_min)
                YMAX[r] = most(YMAX[r], STATS_max)
            }
        }
    }
    YMIN[r] = or(YMIN[r], 1e-5)
    YMAX[r] = or(YMAX[r], 1e-2)
}

set multiplot
set logscale y
do for [f = 1:words(FILES)] {
    right = (f + 1) % 2
    lower = f > 2
    ymin = YMIN[1 + lower]
    ymax = YMAX[1 + lower]
    set yrange [low_end(ymin, ymax):high_end(ymin, ymax)]
    set ytics ()
    set for [e = -10:3] for [m in tic_steps(ymax / ymin)] \
        ytics add (right ? '' : time_label(m * 10.0**e) m * 10.0**e)

    foot = BASE + (lower ? 0 : TALL + 16)
    side = right ? 422 : 110
    set lmargin at screen sx(side)
    set rmargin at screen sx(side + WIDE)
    set bmargin at screen sy(foot)
    set tmargin at screen sy(foot + TALL)
    unset label
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
