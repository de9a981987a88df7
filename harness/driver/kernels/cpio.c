#include "harness/driver/kernels/cpio.h"

#include <string.h>
#include <sys/stat.h>

enum { ALIGNMENT = 4, MODE_FOLDER = S_IFDIR | 0755, MODE_FILE = S_IFREG | 0755 };

static void pad(const struct cpio *cpio, size_t count)
{
	while (count++ % ALIGNMENT)
		fputc(0, cpio->file);
}

/* Of the path so many characters. No time is noted: the same files make the same archive. */
static void put_entry(struct cpio *cpio, const char *path, size_t length, unsigned mode,
		      const unsigned device[2], const void *bytes, size_t count)
{
	/* magic, inode, mode, user, group, links, time, bytes, device of the file system (2), device (2), length of the
	 * name with its end, checksum */
	int header =
		fprintf(cpio->file, "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X",
			++cpio->entries, mode, 0U, 0U, 1U, 0U, count, 0U, 0U, device[0], device[1],
			length + 1, 0U);
	fwrite(path, 1, length, cpio->file);
	fputc(0, cpio->file);
	pad(cpio, (size_t)(header > 0 ? header : 0) + length + 1);
	if (count)
		fwrite(bytes, 1, count, cpio->file);
	pad(cpio, count);
}

static const unsigned no_device[2];

/* Names in the archive are relative. A folder that is there twice is one to the kernel. */
static const char *put_folders(struct cpio *cpio, const char *path)
{
	const char *name = path + strspn(path, "/");
	for (const char *end = name; (end = strchr(end, '/')); end++)
		put_entry(cpio, name, (size_t)(end - name), MODE_FOLDER, no_device, NULL, 0);
	return name;
}

void cpio_put(struct cpio *cpio, const char *path, const void *bytes, size_t count)
{
	const char *name = put_folders(cpio, path);
	put_entry(cpio, name, strlen(name), MODE_FILE, no_device, bytes, count);
}

void cpio_put_device(struct cpio *cpio, const char *path, unsigned major, unsigned minor)
{
	const char *name = put_folders(cpio, path);
	put_entry(cpio, name, strlen(name), S_IFCHR | 0600, (const unsigned[2]){major, minor}, NULL,
		  0);
}

void cpio_end(struct cpio *cpio)
{
	static const char mark[] = "TRAILER!!!";
	put_entry(cpio, mark, strlen(mark), 0, no_device, NULL, 0);
}
