/* Lists of CPUs as sysfs has them. */
#include "harness/driver/machine/siblings.h"
#include "tests/unit/unit.h"

TEST(others_of_a_core)
{
	int others[SIBLINGS_MAX];
	assert_int_equal(siblings_parse("4,20", 4, others), 1);
	assert_int_equal(others[0], 20);
	assert_int_equal(siblings_parse("0-3\n", 2, others), 3);
	assert_int_equal(others[0], 0);
	assert_int_equal(others[2], 3);
	assert_int_equal(siblings_parse("0-1,8-9", 8, others), 3);
	assert_int_equal(others[2], 9);
}

TEST(none_where_there_are_none)
{
	int others[SIBLINGS_MAX];
	assert_int_equal(siblings_parse("1\n", 1, others), 0);
	assert_int_equal(siblings_parse("", 1, others), 0);
	assert_int_equal(siblings_parse("ff,00", 1, others), 0);
	assert_int_equal(siblings_parse("3-1", 1, others), 0);
	assert_int_equal(siblings_parse("0-99999999999999999999", 1, others), 0);
	assert_int_equal(siblings_parse("0-2000000", 1, others), SIBLINGS_MAX);
}
