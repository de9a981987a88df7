#include "harness/driver/base/fields.h"

#include "harness/common/wire.h"

bool fields_count(const json_t *value, uint64_t most, uint64_t *count)
{
	json_int_t number = json_integer_value(value);
	if (!json_is_integer(value) || number < 0 || (uint64_t)number > most)
		return false;
	*count = (uint64_t)number;
	return true;
}

bool fields_number(const json_t *value, double *number)
{
	double found = json_number_value(value);
	if (!json_is_number(value) || !fields_can_be(found))
		return false;
	*number = found;
	return true;
}

/* C0, DEL, and C1, which UTF-8 has as 0xc2 and 0x80 to 0x9f. */
bool fields_has_controls(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < ' ' || *c == 0x7f || (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f))
			return true;
	return false;
}

bool fields_text(const json_t *object, const char *key, char *text, size_t text_bytes)
{
	const char *value = json_string_value(json_object_get(object, key));
	return value && !fields_has_controls(value) && wire_copy(text, text_bytes, value);
}

bool fields_reason(const json_t *object, const char *key, char *text, size_t text_bytes)
{
	return fields_text(object, key, text, text_bytes) && *text;
}
