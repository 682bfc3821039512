/* Names and addresses of hosts, as far as they are known without a network. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "check.h"

/* The first address of a name, as text, or the error's number. */
static const char *address_of(const char *name, int family, int flags)
{
    static char text[INET6_ADDRSTRLEN];
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *found;
    int error = getaddrinfo(name, "80", &hints, &found);

    if (error != 0) {
        snprintf(text, sizeof(text), "error %d", error);
        return text;
    }
    const struct sockaddr_in *four = (struct sockaddr_in *)found->ai_addr;
    const struct sockaddr_in6 *six = (struct sockaddr_in6 *)found->ai_addr;
    bool port = four->sin_port == htons(80) && found->ai_socktype == SOCK_STREAM;

    inet_ntop(found->ai_family, found->ai_family == AF_INET ? (void *)&four->sin_addr : (void *)&six->sin6_addr, text, sizeof(text));
    freeaddrinfo(found);
    return port ? text : "another port";
}

static const char *name_of(const char *address, int flags)
{
    static char name[NI_MAXHOST];
    struct sockaddr_in four = {.sin_family = AF_INET};

    inet_pton(AF_INET, address, &four.sin_addr);
    return getnameinfo((struct sockaddr *)&four, sizeof(four), name, sizeof(name), NULL, 0, flags) == 0 ? name : "error";
}

int main(void)
{
    char none[16];

    snprintf(none, sizeof(none), "error %d", EAI_NONAME);
    check_text("an address is its own name", address_of("192.0.2.7", AF_UNSPEC, 0), "192.0.2.7");
    check_text("also of the other family", address_of("2001:db8::7", AF_UNSPEC, 0), "2001:db8::7");
    check_text("and without asking anybody", address_of("192.0.2.7", AF_INET, AI_NUMERICHOST), "192.0.2.7");
    check_text("a name is then none", address_of("localhost", AF_UNSPEC, AI_NUMERICHOST), none);
    check_text("this machine has a name", address_of("localhost", AF_INET, 0), "127.0.0.1");
    check_text("that an older call knows too", inet_ntoa(*(struct in_addr *)gethostbyname("localhost")->h_addr), "127.0.0.1");
    check_text("no name is this machine", address_of(NULL, AF_INET, 0), "127.0.0.1");
    check_text("or all of it, for a server", address_of(NULL, AF_INET, AI_PASSIVE), "0.0.0.0");
    check_text("an address has a name", name_of("127.0.0.1", 0), "localhost");
    check_text("or is told as it is", name_of("192.0.2.7", NI_NUMERICHOST), "192.0.2.7");

    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    check_number("a service without a name is refused", getaddrinfo("127.0.0.1", "no such service", &hints, &found), EAI_SERVICE);
    hints.ai_family = 99;
    check_number("a family that nobody knows as well", getaddrinfo("127.0.0.1", NULL, &hints, &found), EAI_FAMILY);
    return finish();
}
