/* What hwloc's archive asks for and a program without shared libraries cannot have: libudev, of which Debian has no
 * archive, and plugins. Linked into the static driver alone (make static). hwloc asks udev only for names of disks, and
 * takes NULL for a machine without it; its plugins are for GPUs and for files. So what it tells forkcost is the same. */
#include <stddef.h>

void *udev_new(void);
void *udev_unref(void *udev);
void *udev_device_new_from_subsystem_sysname(void *udev, const char *subsystem, const char *name);
const char *udev_device_get_property_value(void *device, const char *key);
void *udev_device_unref(void *device);
void *__wrap_dlopen(const char *file, int mode);

void *udev_new(void)
{
	return NULL;
}

void *udev_unref(void *udev)
{
	return udev;
}

void *udev_device_new_from_subsystem_sysname(void *udev, const char *subsystem, const char *name)
{
	(void)udev;
	(void)subsystem;
	(void)name;
	return NULL;
}

const char *udev_device_get_property_value(void *device, const char *key)
{
	(void)device;
	(void)key;
	return NULL;
}

void *udev_device_unref(void *device)
{
	return device;
}

/* A plugin that lies on this machine wants this machine's libc. */
void *__wrap_dlopen(const char *file, int mode)
{
	(void)file;
	(void)mode;
	return NULL;
}
