# When, after a call began, it returned, its child or program started, and the
# child was reaped: a row for each primitive and action, a panel for each state.
# Reads timeline-{0,1,2}.dat (first a line with the panel's title, then rows of
# label, call, start, end in ns of the same samples, NaN where there is none; an empty file is
# left out) and caption-timeline.dat.

ROW_H = 20                             # height of a row
HEAD_H = 30                            # height above the rows of a panel

# The panels there are, and the height they need.
set encoding utf8
set datafile separator tab commentschars ''
array NAME[3]
array ROWS[3]
PANELS = 0
ALL_ROWS = 0
LABEL_LEN = 10                         # the longest label's, in characters
do for [f = 0:2] {
    name = sprintf('timeline-%d.dat', f)
    stats name skip 1 using (0) nooutput
    if (exists('STATS_records')) {
        PANELS = PANELS + 1
        NAME[PANELS] = name
        ROWS[PANELS] = int(STATS_records)
        ALL_ROWS = ALL_ROWS + ROWS[PANELS]
        stats name skip 1 using (strlen(strcol(1))) nooutput
        if (STATS_max > LABEL_LEN) { LABEL_LEN = STATS_max }
    }
}
if (PANELS == 0) { ALL_ROWS = 6 }
PANELS_H = HEAD_H * (PANELS > 0 ? PANELS : 1) + ROW_H * ALL_ROWS
FIG_H = 52 + PANELS_H + 26             # time axis, panels, legend
call ARG3 ARG1 ARG2 ARG4

# One time range for every panel.
tmin = NaN
tmax = NaN
STARTS = 0                             # whether any row has one
do for [p = 1:PANELS] {
    do for [c = 2:4] {
        stats NAME[p] skip 1 using (positive(column(c)) * NS) nooutput
        if (exists('STATS_min')) {
            tmin = least(tmin, STATS_min)
            tmax = most(tmax, STATS_max)
            STARTS = STARTS || c == 3
        }
    }
}
tmin = or(tmin, 1e-5)
tmax = or(tmax, 1e-2)
XMIN = tmin / 2
seconds(ns) = positive(ns) * NS

set style line 1 pt 7  ps 1.0 * PS lw 1.5 lc rgb '#0072B2'
set style line 2 pt 8  ps 1.5 * PS lw 1.8 lc rgb '#000000'
set style line 3 pt 13 ps (ARG1 eq 'svg' ? 1.4 : 1.9) * PS lw 1.5 lc rgb '#D55E00'

set multiplot
set logscale x
set xrange [XMIN:high_end(tmin, tmax)]
side = least(24 + 8.1 * LABEL_LEN, 330)
WIDE = 684 - side
set border 1
unset ytics
foot = CAPTION_H + 52 + PANELS_H
do for [p = 1:PANELS > 0 ? PANELS : 1] {
    n = PANELS > 0 ? ROWS[p] : ALL_ROWS
    foot = foot - HEAD_H - n * ROW_H
    TALL = n * ROW_H
    eval PANEL
    set yrange [n - 0.5:-0.5]
    set xtics ()
    set for [e = -10:3] for [m in tic_steps(tmax / tmin)] \
        xtics add (p < PANELS ? '' : time_label(m * 10.0**e) m * 10.0**e)
    if (p >= PANELS) {
        set label 'time since the call began' \
            at screen sx((side + 684) / 2),sy(foot - 38) center
    }
    if (PANELS == 0) {
        eval EMPTY
    } else {
        plot NAME[p] every ::0::0 using (XMIN):(-0.5):(strcol(1)) \
                with labels left offset 0,0.7 notitle, \
            '' skip 1 using (XMIN):0:(strcol(1)) \
                with labels right offset -1,0 notitle, \
            for [c = 2:4] '' skip 1 using (XMIN):0:(seconds(column(c)) - XMIN):(0) \
                with vectors nohead lw 1.2 dt solid lc rgb '#999999' notitle, \
            '' skip 1 using (seconds($4)):0 with points ls 3 notitle, \
            '' skip 1 using (seconds($2)):0 with points ls 1 notitle, \
            '' skip 1 using (seconds($3)):0 with points ls 2 notitle
    }
}

eval BARE
array MOMENT[3] = ['call returned', 'child or program started', 'reaped']
x = 181
do for [m = 1:3] {
    if (m != 2 || STARTS) {
        set label '' at screen sx(x),sy(FIG_H - 13) point ls m
        set label MOMENT[m] at screen sx(x + 11),sy(FIG_H - 13) left
        x = x + (m == 1 ? 140 : 240)
    }
}
plot NaN notitle
eval END
