# Where the time goes from the call until the child is reaped, by item of the fork bill: a bar for each primitive and
# action, below each other by heap.
# Reads kernel-breakdown.dat (rows of place, from and to in per cent, colour), kernel-breakdown-names.dat (rows of
# place, name, samples; a heap's line has - for them), kernel-breakdown-items.dat (rows of name and colour of an item)
# and caption-kernel-breakdown.dat.

SHARES = 'kernel-breakdown.dat'
NAMES_OF = 'kernel-breakdown-names.dat'
ITEMS = 'kernel-breakdown-items.dat'
set datafile separator tab
stats NAMES_OF using 1 nooutput
ROWS = exists('STATS_records') && STATS_records > 0 ? int(STATS_records) : 1
stats ITEMS using 2 nooutput
COLUMNS = 3
ITEM_ROWS = ((exists('STATS_records') ? int(STATS_records) : 0) + COLUMNS - 1) / COLUMNS
STEP = 21                              # of a row
FIG_H = ROWS * STEP + 66 + 20 * ITEM_ROWS
call ARG3 ARG1 ARG2 ARG4

set multiplot
LEGEND_FOOT = CAPTION_H + 4
side = 148
WIDE = 426
foot = LEGEND_FOOT + 20 * ITEM_ROWS + 46
TALL = ROWS * STEP
eval PANEL
set xrange [0:100]
set yrange [-ROWS - 0.5:-0.5]
unset ytics
set grid noytics
set xtics 20
set label 'share of the time, %' at screen sx(side + WIDE / 2),sy(foot - 34) center
set label 'samples, ±' at screen sx(side + WIDE + 12),sy(foot + TALL - STEP / 2.0) left font ',' . SMALL
set style fill solid 1 border lc rgb '#FFFFFF'
plot SHARES using 2:1:2:3:($1 - 0.42):($1 + 0.42):4 with boxxyerror lc rgb variable lw 0.5 notitle, \
    NAMES_OF using (strcol(3) eq '-' ? NaN : 0):1:(strcol(2)) with labels right offset -0.8,0 font ',14' notitle, \
    '' using (strcol(3) eq '-' ? 0 : NaN):1:(strcol(2)) with labels left offset 0.4,-0.1 font ',14' notitle, \
    '' using (strcol(3) eq '-' ? NaN : 100):1:(strcol(3)) with labels left offset 0.8,0 font ',' . SMALL notitle

# The items, in columns, above the caption.
item_x(k) = sx(14 + 232 * (k / ITEM_ROWS))
item_y(k) = sy(LEGEND_FOOT + 20 * (ITEM_ROWS - k % ITEM_ROWS) - 10)
eval BARE
plot ITEMS using (item_x(int($0)) + sx(8)):(item_y(int($0))):(sx(8)):(sy(6)):2 \
    with boxxyerror lc rgb variable notitle, \
    '' using (item_x(int($0)) + sx(22)):(item_y(int($0))):(strcol(1)) with labels left font ',12.5' notitle
eval END
