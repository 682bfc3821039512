// Exceptions, types at run time, and the life of objects.
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>
#include <typeinfo>
#include <variant>
#include <vector>

#include "check.hpp"

namespace
{

std::string trail;

struct Guard {
    char name;
    explicit Guard(char given) : name(given) {}
    ~Guard() { trail += name; }
};

struct Shape {
    virtual ~Shape() = default;
    virtual int sides() const = 0;
};

struct Square : Shape {
    int sides() const override { return 4; }
};

struct Named {
    virtual ~Named() = default;
    virtual const char *name() const { return "named"; }
};

struct Both : Square, virtual Named {
    const char *name() const override { return "both"; }
};

void fall(int depth)
{
    Guard guard(static_cast<char>('a' + depth));
    if (depth == 3)
        throw std::runtime_error("deep");
    fall(depth + 1);
}

void exceptions()
{
    try {
        fall(0);
        check("an exception is thrown", false);
    } catch (const std::exception &error) {
        check_equal("it is caught by its base", std::string(error.what()), std::string("deep"));
    }
    check_equal("frames on the way were left in order", trail, std::string("dcba"));
    try {
        try {
            throw 7;
        } catch (...) {
            throw;
        }
    } catch (int number) {
        check_equal("one can be thrown again", number, 7);
    }
    try {
        try {
            throw std::logic_error("inner");
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    } catch (const std::exception &outer) {
        try {
            std::rethrow_if_nested(outer);
        } catch (const std::logic_error &inner) {
            check_equal("and one inside another", std::string(inner.what()), std::string("inner"));
        }
    }
    std::exception_ptr kept;
    std::thread([&kept] {
        try {
            throw std::out_of_range("in a thread");
        } catch (...) {
            kept = std::current_exception();
        }
    }).join();
    try {
        std::rethrow_exception(kept);
    } catch (const std::out_of_range &error) {
        check_equal("one goes from thread to thread", std::string(error.what()), std::string("in a thread"));
    }
    bool refused = false;
    try {
        volatile std::size_t much = static_cast<std::size_t>(-1) / 4;
        char *volatile place = new char[much];
        delete[] place;
    } catch (const std::bad_alloc &) {
        refused = true;
    }
    check("memory that is not there is bad_alloc", refused);
    try {
        (void)std::vector<int>(3).at(3);
    } catch (const std::out_of_range &) {
        check("the library throws", true);
    }
    check("nothing is in flight any more", std::uncaught_exceptions() == 0);
}

void types()
{
    Both both;
    Shape *shape = &both;
    Named *named = dynamic_cast<Named *>(shape);
    check("a cast goes from one base to the other", named != nullptr && std::strcmp(named->name(), "both") == 0);
    check("typeid knows the object", typeid(*shape) == typeid(Both) && typeid(*shape) != typeid(Square));
    Square square;
    check("a cast to what it is not is null", dynamic_cast<Named *>(static_cast<Shape *>(&square)) == nullptr);
    bool refused = false;
    try {
        (void)dynamic_cast<Both &>(static_cast<Shape &>(square));
    } catch (const std::bad_cast &) {
        refused = true;
    }
    check("or an exception", refused);
    std::variant<int, std::string> value = "text";
    check("a variant is visited", std::visit([](auto &held) { return sizeof(held); }, value) == sizeof(std::string));
}

struct Static {
    int value;
    Static() : value(42) {}
};

const Static &made_once()
{
    static const Static object;
    return object;
}

Static early;
thread_local std::string own = "own";
thread_local Guard last('-');

void life()
{
    check_equal("static objects are made before main", early.value, 42);
    check("those of a function once", &made_once() == &made_once());
    trail.clear();
    std::thread([] {
        own += " copy";
        (void)last.name;
    }).join();
    check_equal("a thread's own are not another's", own, std::string("own"));
    check_equal("and go with it", trail, std::string("-"));
    auto counted = std::make_shared<Guard>('s');
    std::weak_ptr<Guard> watcher = counted;
    counted.reset();
    check("shared ones go with the last", watcher.expired() && trail == "-s");
}

} // namespace

int main()
{
    exceptions();
    types();
    life();
    return finish();
}
