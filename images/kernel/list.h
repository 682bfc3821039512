/* Doubly linked lists whose links lie in their elements. A link that is in no list points at itself, so removing it
 * again does no harm. The head is a link as well. */
#ifndef LIST_H
#define LIST_H

struct link {
    struct link *previous, *next;
};

/* The element of type TYPE whose member MEMBER is the link. */
#define ELEMENT(link, type, member) ((type *)((char *)(link) - __builtin_offsetof(type, member)))

static inline void list_init(struct link *link)
{
    link->previous = link->next = link;
}

static inline int list_empty(const struct link *head)
{
    return head->next == head;
}

/* Puts a link before another; before the head is the end of the list. */
static inline void list_insert_before(struct link *where, struct link *link)
{
    link->previous = where->previous;
    link->next = where;
    where->previous->next = link;
    where->previous = link;
}

static inline void list_append(struct link *head, struct link *link)
{
    list_insert_before(head, link);
}

static inline void list_remove(struct link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    list_init(link);
}

#endif
