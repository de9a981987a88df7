# How long each primitive's call takes over heap, on both sides of a comparison, with intervals:
# a panel each.
# Reads compare-calls-panels.dat (rows of panel, primitive), compare-calls-N.dat for each panel
# (blocks A and B: the name, then rows of heap_bytes, ns, low, high), look-compare.dat and
# caption-compare-calls.dat.

set encoding utf8
set datafile separator tab commentschars ''
stats 'compare-calls-panels.dat' using 1 nooutput
PANELS = exists('STATS_records') ? int(STATS_records) : 0
if (PANELS > 0) {
    FILES = ''
    do for [p = 1:PANELS] { FILES = FILES . sprintf('compare-calls-%d.dat ', p) }
    LOOKS = 'look-compare.dat'
}
PANEL_H = 216
FIG_H = 20 + PANEL_H * (PANELS > 2 ? (PANELS + 1) / 2 : 1)
call ARG3 ARG1 ARG2 ARG4

WIDE = 262
TALL = PANEL_H - 74
SHAPES = BARS . ', ' . LINES

array YMIN[PANELS + 1]
array YMAX[PANELS + 1]
array NAMED[PANELS + 1]
do for [f = 1:PANELS] {
    ymin = NaN
    ymax = NaN
    eval SPAN
    YMIN[f] = or(ymin, 1e-6)
    YMAX[f] = or(ymax, 1e-3)
    stats 'compare-calls-panels.dat' every ::(f - 1)::(f - 1) using (NAME = strcol(2), 0) nooutput
    NAMED[f] = NAME
}

set multiplot
do for [f = 1:PANELS] {
    side = f % 2 ? 86 : 444
    foot = FIG_H - PANEL_H * ((f + 1) / 2) + 38
    eval PANEL
    ymin = YMIN[f]
    ymax = YMAX[f]
    eval LOG_AXIS
    eval HEAP_AXIS
    set label 'heap size, bytes' at screen sx(side + WIDE / 2),sy(foot - 34) center font ',13'
    set label NAMED[f] at screen sx(side + WIDE / 2),sy(foot + TALL + 12) center noenhanced
    eval CURVES
}
if (PANELS == 0) {
    side = 86
    foot = CAPTION_H + 50
    eval PANEL
    set xrange [0:1]
    set yrange [0:1]
    eval EMPTY
}
eval END
