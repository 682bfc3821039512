/*
 * Names of sockets: a path, whose file leads to the socket as long as it is open, or bytes behind a zero (abstract), which
 * no file has.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "calls.h"
#include "fat/node.h"
#include "files.h"
#include "path.h"
#include "pointers.h"
#include "socket.h"
#include "tree.h"

enum { PATH = offsetof(struct sockaddr_un, sun_path), EVERY_RIGHT = 0777 };

_Static_assert(sizeof(struct sockaddr_un) + 1 <= NVX_LABEL_BYTES, "a name and a zero behind it fit");

static struct nvx_socket *abstract_names;

static bool is_path(const struct nvx_label *name)
{
    return name->bytes[PATH] != '\0';
}

long nvx_socket_take_name(const void *address, socklen_t length, struct nvx_label *name)
{
    sa_family_t family;

    if (length < sizeof(family) || length > sizeof(struct sockaddr_un))
        return -EINVAL;
    if (!nvx_readable(address, length))
        return -EFAULT;
    *name = (struct nvx_label){.length = length};
    memcpy(name->bytes, address, length);
    memcpy(&family, address, sizeof(family));
    if (family != AF_UNIX)
        return -EINVAL;
    /* A path ends at its first zero, which counts, there or not. */
    if (length > PATH && is_path(name))
        name->length = PATH + (uint32_t)strlen((const char *)name->bytes + PATH) + 1;
    return 0;
}

long nvx_socket_give_name(const struct nvx_label *name, void *address, socklen_t *length)
{
    if (!nvx_writable(length, sizeof(*length)))
        return -EFAULT;
    if ((int)*length < 0)
        return -EINVAL;
    if (!nvx_writable(address, *length))
        return -EFAULT;
    memcpy(address, name->bytes, *length < name->length ? *length : name->length);
    *length = name->length;
    return 0;
}

static struct nvx_socket *find_abstract(const struct nvx_label *name, int type)
{
    struct nvx_socket *socket = abstract_names;

    while (socket != NULL && (socket->type != type || socket->name.length != name->length ||
                              memcmp(socket->name.bytes, name->bytes, name->length) != 0))
        socket = socket->next;
    return socket;
}

static long find_by_path(const char *path, struct nvx_socket **found)
{
    struct fat_node *node;
    long result = nvx_path_find(AT_FDCWD, path, NVX_FOLLOW, &node);

    if (result < 0)
        return result;
    *found = node->is_socket ? node->socket : NULL;
    result = (node->attributes & FAT_ATTRIBUTE_READ_ONLY) ? -EACCES : *found == NULL ? -ECONNREFUSED : 0;
    fat_node_release(node);
    return result;
}

long nvx_socket_find(const struct nvx_label *name, int type, struct nvx_socket **found)
{
    long result = 0;

    if (name->length <= PATH)
        return -EINVAL;
    if (is_path(name))
        result = find_by_path((const char *)name->bytes + PATH, found);
    else if ((*found = find_abstract(name, type)) == NULL)
        result = -ECONNREFUSED;
    if (result == 0 && (*found)->type != type)
        result = -EPROTOTYPE;
    if (result == 0)
        (void)nvx_socket_keep(*found);
    return result;
}

void nvx_socket_forget_name(struct nvx_socket *socket)
{
    struct nvx_socket **at = &abstract_names;

    if (socket->node != NULL) {
        socket->node->socket = NULL;
        fat_node_release(socket->node);
        socket->node = NULL;
    }
    if (!socket->in_names)
        return;
    while (*at != socket)
        at = &(*at)->next;
    *at = socket->next;
    socket->in_names = false;
}

static long bind_abstract(struct nvx_socket *socket, const struct nvx_label *name)
{
    if (find_abstract(name, socket->type) != NULL)
        return -EADDRINUSE;
    socket->name = *name;
    socket->in_names = true;
    socket->next = abstract_names;
    abstract_names = socket;
    return 0;
}

/* A name that nobody has: a zero and five digits, counted up. */
static long bind_to_any(struct nvx_socket *socket)
{
    static const char digits[] = "0123456789abcdef";
    static uint32_t last;
    struct nvx_label name = {.length = PATH + 6};
    const sa_family_t family = AF_UNIX;
    long result;

    memcpy(name.bytes, &family, sizeof(family));
    do {
        uint32_t rest = ++last;

        for (unsigned i = 5; i > 0; i--, rest >>= 4)
            name.bytes[PATH + i] = (uint8_t)digits[rest & 15];
        result = bind_abstract(socket, &name);
    } while (result == -EADDRINUSE);
    return result;
}

static long bind_to_path(struct nvx_socket *socket, const struct nvx_label *name)
{
    struct fat_node *node;
    long result = nvx_tree_make_node(AT_FDCWD, (const char *)name->bytes + PATH, S_IFSOCK | EVERY_RIGHT, &node);

    if (result < 0)
        return result == -EEXIST ? -EADDRINUSE : result;
    node->socket = socket;
    socket->node = node;
    socket->name = *name;
    return 0;
}

long nvx_call_bind(int descriptor, const struct sockaddr *address, socklen_t length)
{
    struct nvx_label name;
    struct nvx_file *file;
    long result = nvx_socket_of(descriptor, &file);

    if (result == 0)
        result = nvx_socket_take_name(address, length, &name);
    if (result < 0)
        return result;

    struct nvx_socket *socket = file->object;

    /* A name that was asked for without saying which may be had already. */
    if (socket->name.length > 0)
        return name.length == PATH ? 0 : -EINVAL;
    return name.length == PATH ? bind_to_any(socket) : is_path(&name) ? bind_to_path(socket, &name) : bind_abstract(socket, &name);
}

/* A socket without a name is called by its family. */
static long tell(const struct nvx_socket *socket, struct sockaddr *address, socklen_t *length)
{
    const sa_family_t family = AF_UNIX;
    struct nvx_label unnamed = {.length = sizeof(family)};

    memcpy(unnamed.bytes, &family, sizeof(family));
    return nvx_socket_give_name(socket->name.length > 0 ? &socket->name : &unnamed, address, length);
}

long nvx_call_getsockname(int descriptor, struct sockaddr *address, socklen_t *length)
{
    struct nvx_file *file;
    long result = nvx_socket_of(descriptor, &file);

    return result < 0 ? result : tell(file->object, address, length);
}

long nvx_call_getpeername(int descriptor, struct sockaddr *address, socklen_t *length)
{
    struct nvx_file *file;
    long result = nvx_socket_of(descriptor, &file);

    if (result < 0)
        return result;

    const struct nvx_socket *socket = file->object;

    return socket->peer == NULL ? -ENOTCONN : tell(socket->peer, address, length);
}
