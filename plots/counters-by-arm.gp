# What each arm counted: a grid of numbers, a row for each arm and a column for
# each counter, shaded by the column's highest.
# Reads counters-by-arm.dat (rows of column, row, text and shade from 0 to 1:
# row -1 has the columns' heads, column -1 the rows' and column -2 the titles of
# parts; empty if nothing was counted) and caption-counters-by-arm.dat.

GRID = 'counters-by-arm.dat'
ROW_H = 17                             # height of a row

set encoding utf8
set datafile separator tab commentschars ''
COLUMNS = 0
ROWS = 8
HEAD_LEN = 10                          # the longest heads', in characters
LABEL_LEN = 10
stats GRID using 1 nooutput
if (exists('STATS_max')) {
    COLUMNS = int(STATS_max) + 1
    stats GRID using 2 nooutput
    ROWS = int(STATS_max) + 1
    stats GRID using ($2 == -1 ? strlen(strcol(3)) : NaN) nooutput
    HEAD_LEN = STATS_max
    stats GRID using ($1 == -1 ? strlen(strcol(3)) : NaN) nooutput
    if (exists('STATS_max')) { LABEL_LEN = STATS_max }
}
LEFT = 14 + 7.2 * LABEL_LEN
WIDE = (720 - 6 - LEFT) / (COLUMNS > 6 ? COLUMNS : 6.0)
# Heads stand upright where they would run into each other.
UPRIGHT = WIDE < 6.2 * HEAD_LEN
HEAD_H = COLUMNS == 0 ? 10 : UPRIGHT ? 14 + 6.4 * HEAD_LEN : 24
FIG_H = HEAD_H + ROW_H * ROWS + 12
call ARG3 ARG1 ARG2 ARG4

col_x(c) = sx(LEFT + WIDE * (c + 0.5))
row_y(r) = sy(CAPTION_H + 6 + ROW_H * (ROWS - r - 0.5))
set style fill solid 1.0 noborder
# From white to a blue that black text still stands out from.
shade(v) = int(255 - 165 * v) * 65536 + int(255 - 90 * v) * 256 + int(255 - 25 * v)

set multiplot
eval BARE
if (COLUMNS == 0) {
    set label 'no counter was counted: see the reasons below' \
        at screen 0.5,sy(CAPTION_H + ROW_H * ROWS / 2.0) center
    plot NaN notitle
} else {
    plot GRID using ($1 >= 0 && $2 >= 0 ? col_x($1) : NaN):(row_y($2)): \
            (sx(WIDE) / 2 - sx(1)):(sy(ROW_H) / 2 - sy(0.5)):(shade($4)) \
            with boxxyerror fc rgb variable notitle, \
        '' using ($1 >= 0 && $2 >= 0 ? col_x($1) : NaN):(row_y($2)):(strcol(3)) \
            with labels center font ',10.5' notitle, \
        '' using ($1 >= 0 && $2 == -1 ? col_x($1) : NaN): \
            (sy(CAPTION_H + 6 + ROW_H * ROWS + 8)):(strcol(3)) \
            with labels left rotate by (UPRIGHT ? 90 : 0) font ',11.5' notitle, \
        '' using ($1 == -1 ? sx(LEFT - 8) : NaN):(row_y($2)):(strcol(3)) \
            with labels right font ',11.5' notitle, \
        '' using ($1 == -2 ? sx(10) : NaN):(row_y($2)):(strcol(3)) \
            with labels left font ',12.5' textcolor rgb '#0072B2' notitle
}
eval END
