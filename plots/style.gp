# Shared look of every figure: terminal, fonts, colours, axes, series, caption.
#
# A figure script sets these, then does  call ARG3 ARG1 ARG2 ARG4  :
#   FIG_H         canvas height, legend and caption apart, in layout units
#                 (the canvas is FIG_W = 720 wide)
#   FILES         (optional) series files over heaps, pages or threads; their
#                 blocks become the series
#   HEAP_ALSO     (optional) a heap up to which the axis reaches at least
#   HEAP_WIDE     (optional) set: the axis of heaps or pages is wide, and has
#                 twice the tics
#   LOOKS         with FILES: the file that has the look of each name
#   NO_LINES      (optional) set: the legend shows marks alone, as the panels do
# Run as  gnuplot -d -c NAME.gp FORMAT OUTPUT STYLE FIGURE  from the folder of the
# data files, FORMAT one of svg, pdf, png, STYLE this file's absolute path: by its
# name alone gnuplot would take one that lies among the data.  FIGURE names the
# caption's file.
#
# Text of data files is only ever drawn (`with labels`), measured or compared;
# it never becomes a command, a format or a file name.
# Names in capitals that hold commands are pieces to `eval`: fixed, no data in them.
# `stats` leaves out what is outside a set range, so figures set ranges after it.

set encoding utf8
set datafile separator tab
set datafile commentschars ''

FIG_W = 720
FONT = 'DejaVu Sans,15'
SMALL = '11.5'                         # of captions and asides
NS = 1e-9                              # data are in ns, axes in seconds

# --- number helpers ---------------------------------------------------------
ok(v) = v == v                         # false for NaN
or(v, w) = ok(v) ? v : w               # v, else w
least(a, b) = !ok(a) ? b : !ok(b) ? a : a < b ? a : b
most(a, b) = !ok(a) ? b : !ok(b) ? a : a > b ? a : b
positive(v) = v > 0 ? v : NaN

# "us", as text on a terminal has it, as axes have it.
micro(s) = strstrt(s, ' us') ? s[1:strstrt(s, ' us')] . 'µs' . micro(s[strstrt(s, ' us') + 3:*]) : s

# --- tic labels --------------------------------------------------------------
# Time (in seconds), plain ratio, and 2**e bytes.
time_label(v) = v < 0.9999e-6 ? sprintf('%.4g ns', v * 1e9) \
              : v < 0.9999e-3 ? sprintf('%.4g µs', v * 1e6) \
              : v < 0.9999 ? sprintf('%.4g ms', v * 1e3) : sprintf('%.4g s', v)
time_label_signed(v) = v < 0 ? '−' . time_label(-v) : time_label(v)
ratio_label(v) = sprintf('%.4g', v)
heap_label(e) = sprintf('%d%s', 2**(e % 10), e < 10 ? '' : 'KMGTPE'[e / 10:e / 10])
# Mantissas to label on a log axis that spans a factor of r.
tic_steps(r) = r > 100 ? '1' : r > 20 ? '1 3' : r > 5 ? '1 2 5' \
             : r > 2.5 ? '1 1.5 2 3 4 6 8' \
             : '1 1.2 1.4 1.6 1.8 2 2.5 3 3.5 4 4.5 5 6 7 8 9'
# Ends of a log range around data from a to b, never narrower than a factor 2.
low_end(a, b) = least(a / 1.25, sqrt(a * b / 2.0))
high_end(a, b) = most(b * 1.25, sqrt(a * b * 2.0))

# --- caption: its lines, wrapped at spaces, decide its height ------------------
WRAP = 114
space_before(s, n) = n < 2 ? 0 : s[n:n] eq ' ' ? n : space_before(s, n - 1)
cut(s) = space_before(s, WRAP) ? space_before(s, WRAP) : WRAP
pieces(s) = strlen(s) <= WRAP ? 1 : 1 + pieces(s[cut(s) + 1:*])
piece(s, i) = i > 0 ? (strlen(s) <= WRAP ? '' : piece(s[cut(s) + 1:*], i - 1)) \
            : strlen(s) <= WRAP ? s : s[1:cut(s)]
CAPTION_FILE = 'caption-' . ARG3 . '.dat'
stats CAPTION_FILE using (pieces(strcol(1))) nooutput
CAPTION_H = 6 + 15 * (exists('STATS_sum') ? int(STATS_sum) : 0)

# --- series: rank, colour, dash and marker by name ---------------------------
# LOOKS has a row for each rank: name, colour, width, four of the dash, marker,
# size, heading.  Names that it does not have follow in order, with the looks of
# the rows named '*'.  A heading ('-': none) begins a column of the legend.
NAMES = "\t"
tabs(s) = strstrt(s, "\t") ? 1 + tabs(s[strstrt(s, "\t") + 1:*]) : 0
rank(s) = tabs(NAMES[1:strstrt(NAMES, "\t" . s . "\t")])   # 0 when unknown
PS = ARG1 eq 'svg' ? 0.6 : 1           # svg draws markers larger
HEADINGS = 0
HEADING_ROWS = 0                       # names below the longest column's
if (exists('LOOKS')) {
    stats LOOKS using 2 nooutput
    RANKS = int(STATS_records)
    array HEADING[RANKS]
    array HEADING_RGB[RANKS]
    array HEADING_SIZE[RANKS]          # names below it
    array HEADING_AT[RANKS]            # of a rank: which, and the place below it
    array PLACE_AT[RANKS]
    do for [r = 1:RANKS] {
        stats LOOKS every ::(r - 1)::(r - 1) using (NAME = strcol(1), TITLE = strcol(10), \
            RGB = column(2), LW = column(3), D1 = column(4), D2 = column(5), \
            D3 = column(6), D4 = column(7), PT = column(8), SIZE = column(9), 0) nooutput
        if (D1 == 0) { set linetype r lw LW dt solid pt int(PT) ps SIZE * PS lc rgb int(RGB) }
        if (D1 > 0 && D3 == 0) {
            set linetype r lw LW dt (D1,D2) pt int(PT) ps SIZE * PS lc rgb int(RGB)
        }
        if (D1 > 0 && D3 > 0) {
            set linetype r lw LW dt (D1,D2,D3,D4) pt int(PT) ps SIZE * PS lc rgb int(RGB)
        }
        if (NAME ne '*') { NAMES = NAMES . NAME . "\t" }
        if (TITLE ne '-') {
            HEADINGS = HEADINGS + 1
            HEADING[HEADINGS] = TITLE
            HEADING_RGB[HEADINGS] = int(RGB)
            HEADING_SIZE[HEADINGS] = 0
        }
        if (HEADINGS > 0) {
            HEADING_AT[r] = HEADINGS
            HEADING_SIZE[HEADINGS] = HEADING_SIZE[HEADINGS] + 1
            PLACE_AT[r] = HEADING_SIZE[HEADINGS]
            if (NAME ne '*') { HEADING_ROWS = most(HEADING_ROWS, PLACE_AT[r]) }
        }
    }
    set linetype cycle RANKS
}

# The series of FILES.  File f holds COUNT[f] of them, at entries FIRST[f] to
# LAST[f] of BLOCK (block number in the file) and LOOK (linetype), in rank
# order.  KEY_FILE, KEY_BLOCK and KEY_LOOK list each name once, for the legend.
KEYS = 0
LEGEND_H = 0
if (exists('FILES')) {
    array COUNT[words(FILES)]
    array FIRST[words(FILES)]
    array LAST[words(FILES)]
    ALL = 0
    HEAP_MIN = NaN                     # the smallest above 0
    HEAP_MAX = NaN
    HAS_ZERO = 0
    KEY_LEN = 0                        # the longest name's, in characters
    do for [f = 1:words(FILES)] {
        stats word(FILES, f) using 1 nooutput
        COUNT[f] = exists('STATS_blocks') ? int(STATS_blocks) : 0
        FIRST[f] = ALL + 1
        ALL = ALL + COUNT[f]
        LAST[f] = ALL
        if (COUNT[f] > 0) {
            stats word(FILES, f) every ::1 using 1 nooutput
            if (exists('STATS_min')) {
                HAS_ZERO = HAS_ZERO || STATS_min == 0
                HEAP_MAX = most(HEAP_MAX, STATS_max)
            }
            stats word(FILES, f) every ::1 using (positive($1)) nooutput
            if (exists('STATS_min')) { HEAP_MIN = least(HEAP_MIN, STATS_min) }
        }
    }
    array BLOCK[ALL + 1]
    array LOOK[ALL + 1]
    array KEY_FILE[ALL + 1]
    array KEY_BLOCK[ALL + 1]
    array KEY_LOOK[ALL + 1]
    array SEEN[ALL + 1]
    do for [f = 1:words(FILES)] {
        do for [b = 0:COUNT[f] - 1] {
            stats word(FILES, f) index b every ::0::0 \
                using (NAME = strcol(1), 0) nooutput
            KEY_LEN = most(KEY_LEN, strlen(NAME))
            if (!rank(NAME)) { NAMES = NAMES . NAME . "\t" }
            SEEN[FIRST[f] + b] = rank(NAME)
        }
    }
    array AT[words(FILES)]             # of a file's next entry
    do for [f = 1:words(FILES)] { AT[f] = FIRST[f] }
    do for [r = 1:tabs(NAMES)] {
        FOUND = 0
        do for [f = 1:words(FILES)] {
            do for [b = 0:COUNT[f] - 1] {
                if (SEEN[FIRST[f] + b] == r) {
                    BLOCK[AT[f]] = b
                    LOOK[AT[f]] = r
                    AT[f] = AT[f] + 1
                    if (!FOUND) {
                        FOUND = 1
                        KEYS = KEYS + 1
                        KEY_FILE[KEYS] = f
                        KEY_BLOCK[KEYS] = b
                        KEY_LOOK[KEYS] = r
                    }
                }
            }
        }
    }
    KEY_COLUMNS = KEY_LEN > 20 ? 2 : KEY_LEN > 15 ? 3 : 4
    KEY_ROWS = (KEYS + KEY_COLUMNS - 1) / KEY_COLUMNS
    LEGEND_H = 6 + 20 * KEY_ROWS
    array KEY_COLUMN[KEYS + 1]
    array KEY_ROW[KEYS + 1]
    do for [k = 1:KEYS] {
        KEY_COLUMN[k] = (k - 1) / KEY_ROWS
        KEY_ROW[k] = (k - 1) % KEY_ROWS
    }
    if (HEADINGS > 0 && KEYS > 0) {
        # What is unknown joins the last column.
        KEY_COLUMNS = HEADINGS
        KEY_FONT = '13'
        LEGEND_H = 6 + 20 * (1 + HEADING_ROWS)
        do for [k = 1:KEYS] {
            look = least(KEY_LOOK[k], RANKS)
            KEY_COLUMN[k] = HEADING_AT[look] - 1
            KEY_ROW[k] = PLACE_AT[look]
        }
    }

    # Heap axis: log, with heap 0 two octaves left of the smallest heap.
    NO_HEAP = !ok(HEAP_MIN) && HAS_ZERO    # nothing but heap 0
    HEAP_MIN = or(HEAP_MIN, 2.0**20)
    HEAP_MAX = most(HEAP_MAX, HEAP_MIN)
    if (exists('HEAP_ALSO')) { HEAP_MAX = most(HEAP_MAX, HEAP_ALSO) }
    ZERO_AT = HEAP_MIN / 4
    heap_at(b) = b > 0 ? b : ZERO_AT
    OCTAVES = int(ceil(log(HEAP_MAX / HEAP_MIN) / log(2)))
    HEAP_ROOM = exists('HEAP_WIDE') ? 2 : 1
    HEAP_STEP = OCTAVES > 8 * HEAP_ROOM ? 4 : OCTAVES > 4 * HEAP_ROOM ? 2 : 1
    HEAP_TIC = int(ceil(log(HEAP_MIN) / log(2) / HEAP_STEP - 1e-6)) * HEAP_STEP
}
# With tic labels where SHOW_X.
SHOW_X = 1
HEAP_AXIS = "set logscale x 2; set xtics ();" \
    . "set xrange [(HAS_ZERO ? ZERO_AT : HEAP_MIN) / 1.7:(NO_HEAP ? ZERO_AT : HEAP_MAX) * 1.7];" \
    . "if (HAS_ZERO) { set xtics add (SHOW_X ? '0' : '' ZERO_AT) };" \
    . " set for [e = HEAP_TIC:NO_HEAP ? 0 : 60:HEAP_STEP]" \
    . " xtics add (SHOW_X ? heap_label(e) : '' 2.0**e); if (HAS_ZERO && !NO_HEAP) {" \
    . " set label '//' at first ZERO_AT * 2,graph 0 center font ',' . SMALL }"

# --- layout, in units from the canvas's left and bottom edges ----------------
FIG_H = FIG_H + LEGEND_H + CAPTION_H
sx(u) = u / real(FIG_W)
sy(u) = u / real(FIG_H)

# --- tics and ranges of a linear axis ------------------------------------------
# Three to seven steps of 1, 2 or 5 within a range.
decade(r) = 10.0**floor(log10(r))
nice_step(r) = decade(r) * (r / decade(r) >= 6 ? 2 : r / decade(r) >= 3 ? 1 \
             : r / decade(r) >= 1.5 ? 0.5 : 0.2)

# --- frame --------------------------------------------------------------------
set border 3 lw 1 lc rgb '#444444'
# svg sets those of x lower.  `unset xtics` forgets all of it.
TIC_LOOKS = "set xtics nomirror out scale 0.5,0.25 textcolor rgb '#000000'" \
    . " offset 0,(ARG1 eq 'svg' ? 0.6 : 0.35);" \
    . "set ytics nomirror out scale 0.5,0.25 textcolor rgb '#000000' offset 0.5,0"
eval TIC_LOOKS
set grid xtics ytics lt -1 lw 0.7 dt solid lc rgb '#D4D4D4'
set style fill transparent solid 0.16 noborder
set key off noenhanced
NOT_MEASURED = 'not measured in this run'

# --- pieces of a panel -----------------------------------------------------------
# Its place: side and foot, WIDE and TALL.
PANEL = "set lmargin at screen sx(side); set rmargin at screen sx(side + WIDE);" \
      . "set bmargin at screen sy(foot); set tmargin at screen sy(foot + TALL);" \
      . "unset label; unset arrow"
# Widens ymin to ymax by the values above 0 of file f, in seconds by SCALE.
SCALE = NS
SPAN = "do for [c = 2:COUNT[f] > 0 ? 4 : 0] {" \
     . " stats word(FILES, f) every ::1 using (positive(column(c)) * SCALE) nooutput;" \
     . " if (exists('STATS_min')) {" \
     . " ymin = least(ymin, STATS_min); ymax = most(ymax, STATS_max) } }"
# A log axis of ymin to ymax, with tic labels where SHOW_Y; a linear one, in steps.
y_label(v) = v == 0 ? '0' : time_label_signed(v)
SHOW_Y = 1
LOG_AXIS = "set logscale y; set yrange [low_end(ymin, ymax):high_end(ymin, ymax)];" \
         . "set ytics (); set for [e = -12:15] for [m in tic_steps(ymax / ymin)]" \
         . " ytics add (SHOW_Y ? y_label(m * 10.0**e) : '' m * 10.0**e)"
LINEAR_AXIS = "set yrange [ymin:ymax]; set ytics ();" \
            . "set for [k = int(floor(ymin / step)):int(ceil(ymax / step))]" \
            . " ytics add (y_label(k * step) k * step)"
# The curves of file f: bands, bars of single points, and lines on top.
curve_x(x, s) = heap_at(x)
EACH = "for [s = FIRST[f]:LAST[f]] word(FILES, f) index BLOCK[s] every ::1" \
     . " using (curve_x($1, s)):"
BANDS = EACH . "($3 * SCALE):($4 * SCALE) with filledcurves lt LOOK[s] notitle"
BARS = EACH . "($3 * SCALE):(0):(($4 - $3) * SCALE)" \
     . " with vectors nohead lt LOOK[s] dt solid lw 1 notitle"
LINES = EACH . "($2 * SCALE) with linespoints lt LOOK[s] notitle"
# Without the tics of an axis that nothing is on.
EMPTY = "unset xtics; unset ytics; set label NOT_MEASURED at graph 0.5,0.5 center;" \
      . "plot NaN notitle;" . TIC_LOOKS
SHAPES = BANDS . ', ' . BARS . ', ' . LINES
# Adds dotted lines to them, if FLOOR_FILE has any: of x, value and colour.
FLOORS = "stats FLOOR_FILE using 2 nooutput; if (exists('STATS_records') && STATS_records > 0) {" \
       . " SHAPES = SHAPES . ', FLOOR_FILE using 1:($2 * SCALE):3" \
       . " with lines lw 1.6 dt (2,3) lc rgb variable notitle' }"
CURVES = "if (COUNT[f] == 0) { " . EMPTY . " } else { eval 'plot ' . SHAPES }"

# Two panels beside each other, of curves over heaps: files 1 and 2, with TITLE.
HEAP_PANELS = "WIDE = 258; BASE = CAPTION_H + LEGEND_H + 52; TALL = FIG_H - BASE - 28;" \
    . "array YMIN[2]; array YMAX[2]; do for [f = 1:2] { ymin = NaN; ymax = NaN; eval SPAN;" \
    . " YMIN[f] = or(ymin, 1e-6); YMAX[f] = or(ymax, 1e-3) }; set multiplot;" \
    . "do for [f = 1:2] { side = f == 2 ? 450 : 94; foot = BASE; eval PANEL;" \
    . " ymin = YMIN[f]; ymax = YMAX[f]; eval LOG_AXIS; eval HEAP_AXIS;" \
    . " set label TITLE[f] at screen sx(side + WIDE / 2),sy(BASE + TALL + 14) center;" \
    . " set label 'heap size, bytes' at screen sx(side + WIDE / 2),sy(BASE - 38) center;" \
    . " eval CURVES }"

# --- pieces that every figure draws last ---------------------------------------
# Fixed commands, kept as strings so that `eval` can repeat them; no data here.
BARE = "unset label; unset arrow; unset border; unset tics; unset grid;" \
     . "unset logscale; set key off;" \
     . "set xrange [0:1]; set yrange [0:1];" \
     . "set lmargin at screen 0; set rmargin at screen 1;" \
     . "set bmargin at screen 0; set tmargin at screen 1;"

# Legend of the series, in columns, above the caption.
if (!exists('KEY_FONT')) { KEY_FONT = '15' }
key_x(k) = sx(14 + 712 / KEY_COLUMNS * KEY_COLUMN[k])
key_y(k) = sy(CAPTION_H + LEGEND_H - 12 - 20 * KEY_ROW[k])
KEY_HEADINGS = HEADINGS == 0 ? '' \
    : "set for [h = 1:HEADINGS] label HEADING[h] at screen sx(14 + 712 / HEADINGS * (h - 1))," \
    . "sy(CAPTION_H + LEGEND_H - 10) left font ',13' textcolor rgb HEADING_RGB[h];"
FOR_KEYS = "for [k = 1:KEYS] word(FILES, KEY_FILE[k]) index KEY_BLOCK[k]" \
    . " every ::0::0 using (key_x(k)"
LEGEND = KEYS == 0 ? '' : BARE . KEY_HEADINGS . "plot " . (exists('NO_LINES') ? '' \
    : FOR_KEYS . "):(key_y(k)):(sx(38)):(0) with vectors nohead lt KEY_LOOK[k] notitle,") \
    . FOR_KEYS . " + sx(19)):(key_y(k)) with points lt KEY_LOOK[k] notitle," \
    . FOR_KEYS . " + sx(45)):(key_y(k)):(strcol(1)) with labels left font ',' . KEY_FONT notitle"

# Caption: the lines of CAPTION_FILE, wrapped, at the foot.
CAPTION = CAPTION_H < 15 ? '' : BARE . "plot for [i = 0:9] CAPTION_FILE" \
    . " using (sx(10)):(ROW = $0 == 0 ? 0 : NEXT, NEXT = ROW + pieces(strcol(1))," \
    . " sy(CAPTION_H - 8 - 15 * (ROW + i))):(micro(piece(strcol(1), i)))" \
    . " with labels left font ',' . SMALL textcolor rgb '#444444' notitle"
END = LEGEND . ";" . CAPTION . "; unset multiplot"

# --- terminal -------------------------------------------------------------------
# One unit is 1 px of svg, 1 pt of pdf and 2 px of png, of whose
# time half goes into compressing, with its area.
if (ARG1 eq 'svg') {
    set terminal svg noenhanced size FIG_W,FIG_H font FONT background rgb 'white'
}
if (ARG1 eq 'pdf') {
    set terminal pdfcairo noenhanced size FIG_W / 72.0,FIG_H / 72.0 \
        font FONT fontscale 0.75 linewidth 1.5 pointscale 1.1 \
        background rgb 'white'
}
if (ARG1 eq 'png') {
    set terminal pngcairo noenhanced size int(FIG_W * 2),int(FIG_H * 2) \
        font FONT fontscale 1.5 linewidth 2 pointscale 2.4 \
        background rgb 'white'
}
set output ARG2
