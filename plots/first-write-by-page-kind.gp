# Time of a first write by what the heap is made of: a row for each case, a mark
# for each page kind, and a panel for each distance from one write to the next,
# since the cost of a write that settles 4 KiB and of one that settles 2 MiB
# have no axis in common.
# Reads first-write-by-page-kind.dat (a block per page kind: its name and the bytes
# from one write to the next, then rows of the case's number, its name, ns, low,
# high) and caption-first-write-by-page-kind.dat.

KINDS = 'first-write-by-page-kind.dat'
ROW_H = 26                             # height of a row

set encoding utf8
set datafile separator tab commentschars ''
MARKS = 0
ROWS = 6
stats KINDS every ::0::0 using 2 nooutput    # the blocks' first lines
if (exists('STATS_records')) {
    MARKS = int(STATS_records)
    stats KINDS every ::1 using 1 nooutput
    ROWS = int(STATS_max) + 1
}
FIG_H = 12 + ROW_H * ROWS + 78
call ARG3 ARG1 ARG2 ARG4

set style line 1 pt 7  ps 1.1 * PS lw 1.6 lc rgb '#000000'
set style line 2 pt 4  ps 1.4 * PS lw 1.8 lc rgb '#0072B2'
set style line 3 pt 8  ps 1.6 * PS lw 1.8 lc rgb '#D55E00'
set style line 4 pt 12 ps 1.7 * PS lw 1.8 lc rgb '#009E73'
style_of(s) = s eq '4k' ? 1 : s eq 'mthp' ? 2 : s eq 'thp' ? 3 : 4

# Each block's mark and panel; each panel's distance and range.
array STYLE[MARKS + 1]
array PANEL_OF[MARKS + 1]
array STEP[MARKS + 1]
array TMIN[MARKS + 1]
array TMAX[MARKS + 1]
array PLACE[MARKS + 1]                 # of a mark among those of its panel
array MEMBERS[MARKS + 1]
PANELS = 0
do for [b = 1:MARKS] {
    stats KINDS index b - 1 every ::0::0 using (NAME = strcol(1), column(2)) nooutput
    STYLE[b] = style_of(NAME)
    step = STATS_max
    PANEL_OF[b] = 0
    do for [p = 1:PANELS] { if (STEP[p] == step) { PANEL_OF[b] = p } }
    if (PANEL_OF[b] == 0) {
        PANELS = PANELS + 1
        PANEL_OF[b] = PANELS
        STEP[PANELS] = step
        TMIN[PANELS] = NaN
        TMAX[PANELS] = NaN
        MEMBERS[PANELS] = 0
    }
    p = PANEL_OF[b]
    PLACE[b] = MEMBERS[p]
    MEMBERS[p] = MEMBERS[p] + 1
    do for [c = 3:5] {
        stats KINDS index b - 1 every ::1 using (positive(column(c)) * NS) nooutput
        if (exists('STATS_min')) {
            TMIN[p] = least(TMIN[p], STATS_min)
            TMAX[p] = most(TMAX[p], STATS_max)
        }
    }
}
bytes_label(b) = b < 2**20 ? sprintf('%.4g KiB', b / 2.0**10) : sprintf('%.4g MiB', b / 2.0**20)

foot = CAPTION_H + 78
TALL = ROWS * ROW_H
LEFT = 186
GAP = 30
ALL_WIDE = 514                         # of the panels and the gaps between them
WIDE = (ALL_WIDE - GAP * (PANELS - 1)) / most(PANELS, 1)         # of a panel
# Of a decade.
width_of(p) = WIDE / log10(high_end(TMIN[p], TMAX[p]) / low_end(TMIN[p], TMAX[p]))

set multiplot
set logscale x
set yrange [ROWS - 0.5:-0.5]
set border 1
unset ytics
if (PANELS == 0) {
    side = LEFT
    WIDE = ALL_WIDE
    eval PANEL
    set xrange [1e-9:1e-5]
    eval EMPTY
}
NAMED = "\t"
do for [p = 1:PANELS] {
    side = LEFT + (p - 1) * (WIDE + GAP)
    left = low_end(TMIN[p], TMAX[p])
    set xrange [left:high_end(TMIN[p], TMAX[p])]
    eval PANEL
    set xtics ()
    if (width_of(p) < 62) {            # labels of all decades would touch
        set for [e = -10:2:2] xtics add (time_label(10.0**e) 10.0**e)
        set for [e = -9:3:2] xtics add ('' 10.0**e)
    } else {
        set for [e = -10:3] for [m in tic_steps(TMAX[p] / TMIN[p])] \
            xtics add (time_label(m * 10.0**e) m * 10.0**e)
    }
    set label 'a first write in every ' . bytes_label(STEP[p]) \
        at screen sx(side + WIDE / 2),sy(foot - 38) center
    set for [r = 0:ROWS - 1] arrow from graph 0,first r to graph 1,first r \
        nohead back lw 0.7 dt solid lc rgb '#D4D4D4'
    # Marks of a row lie a little apart.
    at(y, b) = y + 0.16 * (PLACE[b] - (MEMBERS[p] - 1) / 2.0)
    here(b, v) = PANEL_OF[b] == p ? v : NaN
    plot for [b = 1:MARKS] KINDS index b - 1 every ::1 using (p == 1 ? left : NaN):1: \
            (strstrt(NAMED, "\t" . strcol(2) . "\t") ? '' \
             : (NAMED = NAMED . strcol(2) . "\t", strcol(2))) \
            with labels right offset -1,0 notitle, \
        for [b = 1:MARKS] '' index b - 1 every ::1 \
            using (here(b, $4) * NS):(at($1, b)):(($5 - $4) * NS):(0) \
            with vectors nohead ls STYLE[b] notitle, \
        for [b = 1:MARKS] '' index b - 1 every ::1 using (here(b, $3) * NS):(at($1, b)) \
            with points ls STYLE[b] notitle
}
eval BARE
array KIND[4] = ['4k: 4 KiB', 'mthp: 64 KiB', 'thp: 2 MiB', 'hugetlb: 2 MiB']
do for [b = 1:MARKS] {
    k = STYLE[b]
    set label KIND[k] at screen sx(36 + 176 * (b - 1)),sy(CAPTION_H + 16) left
    set label '' at screen sx(22 + 176 * (b - 1)),sy(CAPTION_H + 16) point ls k
}
plot NaN notitle
eval END
