# What a child has of its caller's memory: a row for each case, and a panel for
# the child's page tables, its resident pages, the share of the pages that lie in the
# caller's frames, and how often each is mapped.
# Reads inherit.dat (a block per panel: its title, then rows of the case's place, its
# name, value, text of the value) and caption-inherit.dat.

VALUES = 'inherit.dat'
ROW_H = 26                             # height of a row

set encoding utf8
set datafile separator tab commentschars ''
PANELS = 0
ROWS = 6
stats VALUES using 3 nooutput
if (exists('STATS_blocks')) {
    PANELS = int(STATS_blocks)
    stats VALUES every ::1 using 1 nooutput
    ROWS = int(STATS_max) + 1
}
GAP = 36                               # between panels, in height
TALL = ROW_H * ROWS
FIG_H = 2 * (TALL + GAP) + 8
call ARG3 ARG1 ARG2 ARG4

WIDE = 232                             # of a panel, with room for the values' text
array HIGH[PANELS + 1]                 # highest value of each panel
do for [p = 1:PANELS] {
    stats VALUES index p - 1 every ::1 using 3 nooutput
    HIGH[p] = exists('STATS_max') && STATS_max > 0 ? STATS_max : 1
}
set style fill solid 1.0 noborder

set multiplot
set border 2
unset xtics
unset ytics
unset grid
set yrange [ROWS - 0.5:-0.5]
if (PANELS == 0) {
    set label NOT_MEASURED at screen 0.5,sy(CAPTION_H + TALL) center
    set xrange [0:1]
    unset border
    plot NaN notitle
}
do for [p = 1:PANELS] {
    right = (p + 1) % 2
    foot = CAPTION_H + 8 + (p > 2 ? 0 : TALL + GAP)
    side = right ? 462 : 148
    set xrange [0:1.3 * HIGH[p]]
    eval PANEL
    plot VALUES index p - 1 every ::0::0 using (0):(-0.5):(strcol(1)) \
            with labels left offset 0,0.8 notitle, \
        '' index p - 1 every ::1 using ($3 / 2):1:($3 / 2):(0.28) \
            with boxxyerror fc rgb '#0072B2' notitle, \
        '' index p - 1 every ::1 using (strcol(4) eq 'n/a' ? 0 : $3):1:(strcol(4)) \
            with labels left offset 0.6,0 notitle, \
        '' index p - 1 every ::1 using (right ? NaN : 0):1:(strcol(2)) \
            with labels right offset -1,0 notitle
}
eval END
