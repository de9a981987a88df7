# The fork bill: what a program pays for starting a child, item by item, as a stacked bar
# for each way and a panel for each heap, each with a scale of its own; on it the whole,
# measured as one, and dashed what the items lack to it or have above it.
# Reads fork-bill-bars.dat (rows of panel, place, from, to, colour), fork-bill-wholes.dat
# (panel, place, sum, low, high, whole, low, high, highest, time), fork-bill-panels.dat (panel,
# title), fork-bill-names.dat (0, colour, item; 1, place, way) and caption-fork-bill.dat;
# times in ns.

BAR_FILE = 'fork-bill-bars.dat'
WHOLES = 'fork-bill-wholes.dat'
PANELS_FILE = 'fork-bill-panels.dat'
NAMES_FILE = 'fork-bill-names.dat'

# The panels there are, and the height they need.
set encoding utf8
set datafile separator tab commentschars ''
ROW_H = 18                             # height of a bar with its gap
HEAD_H = 26                            # above the bars of a panel
TICS_H = 28                            # below them
KEY_H = 74                             # of the items' names
stats PANELS_FILE using 1 nooutput
PANELS = exists('STATS_records') ? int(STATS_records) : 0
stats NAMES_FILE using ($1 == 1 ? $2 : NaN) nooutput
LAST = exists('STATS_max') ? int(STATS_max) : 0
PANEL_H = HEAD_H + ROW_H * (LAST + 1) + TICS_H
FIG_H = KEY_H + PANEL_H * (PANELS > 0 ? PANELS : 1)
call ARG3 ARG1 ARG2 ARG4

side = 184                             # right of the ways' names
WIDE = 522
TALL = ROW_H * (LAST + 1)
HALF = 0.36                            # of a bar's thickness
ROOM = 1.42                            # for a time right of each bar

of(p) = p == column(1) + 1 ? 1 : NaN   # the rows of a panel
array XMAX[PANELS + 1]
XMAX[PANELS + 1] = 1e-3
do for [p = 1:PANELS] {
    XMAX[p] = 1e-9
    do for [c = 3:9] {
        if (c != 4 && c != 5) {
            stats WHOLES using (of(p) * column(c) * NS) nooutput
            if (exists('STATS_max')) { XMAX[p] = most(XMAX[p], STATS_max) }
        }
    }
}

set multiplot
set border 1
unset ytics
set grid noytics
do for [p = 1:PANELS > 0 ? PANELS : 1] {
    foot = FIG_H - p * PANEL_H + TICS_H
    eval PANEL
    xmax = XMAX[p] * ROOM
    step = nice_step(xmax)
    set xrange [0:xmax]
    set yrange [LAST + 0.5:-0.5]
    set xtics ()
    set for [k = 0:int(ceil(xmax / step))] xtics add (y_label(k * step) k * step)
    set style fill solid 1.0 noborder
    if (PANELS == 0) {
        eval EMPTY
    } else {
        plot PANELS_FILE using (0):(of(p) * -0.5):2 with labels left offset 0,0.7 notitle, \
            BAR_FILE using ($4 * NS):(of(p) * $2):($3 * NS):($4 * NS):($2 - HALF):($2 + HALF):5 \
                with boxxyerror lc rgb variable notitle, \
            WHOLES using ($6 * NS):(of(p) * $2):($3 * NS):($6 * NS):($2 - HALF):($2 + HALF) \
                with boxxyerror fs empty border lc rgb '#000000' lc rgb '#000000' dt (4,3) lw 0.9 notitle, \
            '' using (column(6) * NS):(of(p) * $2) \
                with points pt 13 ps 1.7 * PS lc rgb '#FFFFFF' notitle, \
            for [w in '3 1.2'] '' using ($7 * NS):(of(p) * $2):(($8 - $7) * NS):(0) with vectors nohead \
                lw w lc rgb (w eq '3' ? '#FFFFFF' : '#000000') notitle, \
            '' using (column(6) * NS):(of(p) * $2) \
                with points pt 13 ps 1.1 * PS lc rgb '#000000' notitle, \
            '' using ($9 * NS):(of(p) * $2):(micro(strcol(10))) \
                with labels left offset 1,0 font ',' . SMALL notitle, \
            NAMES_FILE using (0):($1 == 1 ? $2 : NaN):3 \
                with labels right offset -0.8,0 font ',13' notitle
    }
}

eval BARE
ITEM_COLUMNS = 4
KEY = ',13'
at_x(i) = sx(16 + 177 * (int(i) % ITEM_COLUMNS))
at_y(i) = sy(CAPTION_H + KEY_H - 20 - 20 * (int(i) / ITEM_COLUMNS))
set style fill solid 1.0 noborder
stats NAMES_FILE using ($1 == 0 ? 1 : NaN) nooutput
ITEMS = exists('STATS_records') ? int(STATS_records) : 9
set object rectangle from at_x(ITEMS),at_y(ITEMS) - sy(6) to at_x(ITEMS) + sx(14),at_y(ITEMS) + sy(6) \
    fs empty border lc rgb '#000000' dt (4,3) lw 0.9
set label 'the rest' at at_x(ITEMS) + sx(20),at_y(ITEMS) left font KEY
set label '' at at_x(ITEMS + 1) + sx(7),at_y(ITEMS + 1) point pt 13 ps 1.1 * PS lc rgb '#000000'
set label 'the whole' at at_x(ITEMS + 1) + sx(20),at_y(ITEMS + 1) left font KEY
plot NAMES_FILE using ($1 == 0 ? at_x($0) : NaN):(at_y($0)):(at_x($0)):(at_x($0) + sx(14)) \
        :(at_y($0) - sy(6)):(at_y($0) + sy(6)):2 with boxxyerror lc rgb variable notitle, \
    '' using ($1 == 0 ? at_x($0) + sx(20) : NaN):(at_y($0)):3 with labels left font KEY notitle
unset object
eval END
