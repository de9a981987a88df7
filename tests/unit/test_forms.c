/* What text looks like in each form of output, and that nothing in it is more than text there. */
#include "harness/driver/base/forms/characters.h"
#include "harness/driver/base/forms/csv.h"
#include "harness/driver/base/forms/gnuplot.h"
#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/forms/latex.h"
#include "harness/driver/base/forms/markdown.h"
#include "harness/driver/base/forms/openmetrics.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/forms/typst.h"
#include "harness/driver/base/wrapped.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>

/* Quotes, a comma, line ends, an escape sequence, C1 as UTF-8 and as a byte, markup, and half a character. */
static const char hostile[] = "=a\"b,c\nd\r\x1b[31m\xc2\x9b"
			      "e\x9b<script>-->|\\$`_*[x]\xe2\x82";

typedef void put_text(FILE *file, const char *text);

static char *written(put_text *put, const char *text)
{
	char *result = NULL;
	size_t bytes = 0;
	FILE *file = open_memstream(&result, &bytes);
	assert_non_null(file);
	put(file, text);
	assert_int_equal(fclose(file), 0);
	return result;
}

static void assert_written(put_text *put, const char *text, const char *expected)
{
	char *result = written(put, text);
	assert_string_equal(result, expected);
	free(result);
}

/* No control character, and nothing that is no UTF-8. */
static void assert_plain(const char *text)
{
	bool plain;
	for (size_t length; *text; text += length) {
		length = characters_next(text, &plain);
		if (!plain)
			fail_msg("byte 0x%02x in: %s", (unsigned char)*text, text);
	}
}

TEST(characters_are_distinguished)
{
	static const struct {
		const char *text;
		size_t length;
		bool plain;
	} cases[] = {
		{"a", 1, true},
		{"\xc2\xb5", 2, true},
		{"\xe2\x88\x92", 3, true},
		{"\xf0\x9f\x98\x80", 4, true},
		{"\n", 1, false},
		{"\x7f", 1, false},
		{"\xc2\x80", 2, false},
		{"\xc2\x9f", 2, false},
		{"\xc2\xa0", 2, true},
		{"\xe2\x80\xae", 3, false},     /* right to left from here */
		{"\xe2\x80\xa8", 3, false},     /* a line end of Unicode */
		{"\x80", 1, false},             /* a byte that continues nothing */
		{"\xc2", 1, false},             /* cut off */
		{"\xe2\x82", 1, false},         /* the same */
		{"\xc0\xaf", 1, false},         /* longer than it needs to be */
		{"\xed\xa0\x80", 1, false},     /* half of a pair of UTF-16 */
		{"\xf4\x90\x80\x80", 1, false}, /* beyond Unicode */
		{"\xff", 1, false},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool plain;
		assert_int_equal(characters_next(cases[i].text, &plain), cases[i].length);
		assert_int_equal(plain, cases[i].plain);
	}
}

TEST(every_form_shows_what_would_be_control)
{
	static put_text *const forms[] = {csv_text,   markdown_text, markdown_comment,
					  latex_text, typst_text,    gnuplot_text};
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		char *text = written(forms[i], hostile);
		assert_plain(text);
		assert_null(strchr(text, '\n'));
		free(text);
	}
}

TEST(csv_is_quoted_in_one_line_and_no_formula)
{
	assert_written(csv_text, "fork", "fork");
	assert_written(csv_text, "", "");
	assert_written(csv_text, "a,b \"c\"", "\"a,b \"\"c\"\"\"");
	assert_written(csv_text, "a\nb", "a\\x0ab");
	assert_written(csv_text, "=cmd()", "'=cmd()");
	assert_written(csv_text, "+1", "'+1");
	assert_written(csv_text, "-1", "'-1");
	assert_written(csv_text, "@a", "'@a");
	assert_written(csv_text, "\t=a", "\\x09=a");
	assert_written(csv_text, "=a,b", "\"'=a,b\"");
	assert_written(csv_text, " a", "\" a\"");
}

static void put_csv_number(FILE *file, const char *number)
{
	csv_number(file, strtod(number, NULL));
}

TEST(numbers_are_numbers_or_not_there)
{
	assert_written(put_csv_number, "-1.5", "-1.5");
	assert_written(put_csv_number, "nan", "n/a");
	assert_written(put_csv_number, "inf", "n/a");
}

TEST(markdown_is_no_markup)
{
	assert_written(markdown_text, "child_copy (read_), 3 - 2 \u00b13%",
		       "child_copy (read_), 3 - 2 \u00b13%");
	assert_written(markdown_text, "_a_ *b* `c` [d](e) x|y \\ $1 ~z~",
		       "\\_a_ \\*b\\* \\`c\\` \\[d\\](e) x\\|y \\\\ \\$1 \\~z\\~");
	assert_written(markdown_text, "<script>&amp;-->", "&lt;script&gt;&amp;amp;--&gt;");
	assert_written(markdown_text, "# a", "\\# a");
	assert_written(markdown_text, "--- a", "\\--- a");
	assert_written(markdown_text, "-300 ns", "-300 ns");
	assert_written(markdown_text, "a\n| b", "a\\\\x0a\\| b");
	assert_written(markdown_comment, "run-1--x", "run-1--x");
	assert_written(markdown_comment, "--><b>\n", "--\\x3e\\x3cb\\x3e\\x0a");
}

TEST(typst_is_no_code)
{
	assert_written(typst_text, "a] #read(\"/x\")", "a\\] \\#read(\\\"\\/x\\\")");
	assert_written(typst_text, "a_b *c* $d$ <e> @f", "a\\_b \\*c\\* \\$d\\$ \\<e\\> \\@f");
	assert_written(typst_text, "a\\b", "a\\\\b");
}

TEST(latex_is_no_command)
{
	assert_written(latex_text, "\\input{x}~^",
		       "\\textbackslash{}input\\{x\\}\\textasciitilde{}"
		       "\\textasciicircum{}");
	assert_written(latex_text, "a_b%c&d#e$f", "a\\_b\\%c\\&d\\#e\\$f");
	assert_written(latex_text, "1.5 us \u00b13% or +-3 \u00b1?",
		       "1.5 us $\\pm$3\\% or +-3 $\\pm$?");
	assert_written(latex_text, "[a] *", "{}[a] *");
	assert_written(latex_text, "<a|b>", "\\textless{}a\\textbar{}b\\textgreater{}");
	assert_written(latex_text, "a\nb", "a\\textbackslash{}x0ab");
	assert_written(latex_comment, "a\n\\input{x}", "% a\\x0a\\input{x}\n");
}

TEST(gnuplot_text_is_cleaned)
{
	static const char *const texts[][2] = {
		{"a\"b'c\\d`e\tf\ng\x7fh\x1bi>j", "a b\xe2\x80\x99"
						  "c d e f g h i j"},
		{"8 GiB, 2.5 GHz; 95 % (x86-64) \xc2\xb5s",
		 "8 GiB, 2.5 GHz; 95 % (x86-64) \xc2\xb5s"},
		{"", ""},
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_written(gnuplot_text, texts[i][0], texts[i][1]);
}

TEST(gnuplot_data_is_no_syntax)
{
	assert_written(gnuplot_text, "a\tb\n\"c\" `d` \\e >f 'g",
		       "a b  c   d   e  f \xe2\x80\x99g");
	assert_written(gnuplot_text, "\xff\xc2\x85z", "  z");
}

static void put_line(FILE *file, const char *text)
{
	print_to(file, "name %s%%\n%-6s|%d\n", text, "ab", 7);
}

TEST(a_terminal_gets_the_line_ends_of_the_format_alone)
{
	assert_written(put_line, "\xc2\xb5s", "name \xc2\xb5s%\nab    |7\n");
	assert_written(put_line, "a\nforkcost: b\x1b[2J\x01\x02\r",
		       "name a\\x0aforkcost: b\\x1b[2J\\x01\\x02\\x0d%\nab    |7\n");
}

static void put_wrapped(FILE *file, const char *text)
{
	wrapped_print(file, text, 0, 4);
}

TEST(text_is_wrapped_at_blanks_and_a_long_word_behind_colons)
{
#define SEVENTY "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqr"
	assert_written(put_wrapped, "", "");
	assert_written(put_wrapped, SEVENTY " 1234567890 a", SEVENTY "\n    1234567890 a\n");
	assert_written(put_wrapped, SEVENTY " 123456789", SEVENTY " 123456789\n");
	/* Where it ends in the last column it stays; blanks at an end of a line go. */
	assert_written(put_wrapped, SEVENTY " 123456789 a", SEVENTY " 123456789\n    a\n");
	assert_written(put_wrapped, "a:b     " SEVENTY "1234 c", "a:b\n    " SEVENTY "1234 c\n");
	assert_written(put_wrapped, "by A:" SEVENTY ":" SEVENTY " (c)",
		       "by A:" SEVENTY ":\n    " SEVENTY " (c)\n");
	assert_written(put_wrapped, "a " SEVENTY SEVENTY " c",
		       "a\n    " SEVENTY SEVENTY "\n    c\n");
#undef SEVENTY
}

TEST(json_has_no_control_character)
{
	char *text = NULL;
	size_t bytes = 0;
	json_t *value = json_pack("{s:s,s:o}", "a\xc2\x9b\x7f\n\xe2\x80\xae",
				  "\xc2\xb5\xf0\x9f\x98\x80", "b", json_text(hostile));
	FILE *file = open_memstream(&text, &bytes);
	assert_true(json_put(file, value, JSON_COMPACT));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(strcspn(text, "\n"), bytes - 1);
	text[bytes - 1] = '\0';
	assert_plain(text);
	json_t *again = json_loads(text, 0, NULL);
	assert_string_equal(
		json_string_value(json_object_get(again, "a\xc2\x9b\x7f\n\xe2\x80\xae")),
		"\xc2\xb5\xf0\x9f\x98\x80");
	assert_contains(json_string_value(json_object_get(again, "b")), "e\\x9b<script>");
	json_decref(again);
	json_decref(value);
	free(text);
}

static void put_label(FILE *file, const char *text)
{
	openmetrics_label(file, true, "name", text);
}

TEST(openmetrics_text_stays_in_its_quotes)
{
	assert_written(put_label, "a\"b\\c", "{name=\"a\\\"b\\\\c\"");
	/* A line end would begin a sample. */
	assert_written(put_label, "x\n# EOF", "{name=\"x\\\\x0a# EOF\"");
	char *text = written(put_label, hostile);
	assert_plain(text);
	free(text);
}
