// The library: streams, numbers as text, threads, time, files, expressions.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cwchar>
#include <filesystem>
#include <fstream>
#include <future>
#include <iomanip>
#include <limits>
#include <locale>
#include <map>
#include <mutex>
#include <numeric>
#include <random>
#include <regex>
#include <shared_mutex>
#include <sstream>
#include <thread>
#include <unordered_map>
#include <vector>

#include "check.hpp"

using namespace std::chrono_literals;

namespace
{

void streams()
{
    std::ostringstream out;
    out << std::setw(8) << std::fixed << std::setprecision(3) << 3.14159 << '|' << std::hex << std::showbase << 255 << '|'
        << std::defaultfloat << std::setprecision(17) << 0.1 << '|' << 1e300L << '|' << std::boolalpha << true;
    check_equal("numbers are formatted", out.str(),
                std::string("   3.142|0xff|0.10000000000000001|1e+300|true"));
    double number = 0;
    std::string word;
    std::istringstream("  2.5e3 word") >> number >> word;
    check("and read", number == 2500 && word == "word");
    int small = 0;
    std::istringstream wrong("99999999999");
    wrong >> small;
    check("too large ones fail", wrong.fail() && small == std::numeric_limits<int>::max());
    std::wostringstream wide;
    wide << L"wide " << 1.5;
    check("wide streams too", wide.str() == L"wide 1.5");
    std::ofstream("file") << "line one\nline two\n";
    std::ifstream in("file");
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    check("files are written and read", lines.size() == 2 && lines[1] == "line two");
    in.clear();
    in.seekg(5);
    in >> word;
    check_equal("from where one wants", word, std::string("one"));
    check("what is not there fails", std::ifstream("nothing").fail());
    std::time_t epoch = 0;
    std::ostringstream date;
    date << std::put_time(std::gmtime(&epoch), "%F %T %a");
    check_equal("a date is written", date.str(), std::string("1970-01-01 00:00:00 Thu"));
}

void characters()
{
    const auto &classes = std::use_facet<std::ctype<char>>(std::locale::classic());
    int upper = 0, alnum = 0, punct = 0, space = 0, cntrl = 0, xdigit = 0, blank = 0, print = 0, graph = 0;
    for (int c = 0; c < 128; c++) {
        char at = static_cast<char>(c);
        upper += classes.is(std::ctype_base::upper, at);
        alnum += classes.is(std::ctype_base::alnum, at);
        punct += classes.is(std::ctype_base::punct, at);
        space += classes.is(std::ctype_base::space, at);
        cntrl += classes.is(std::ctype_base::cntrl, at);
        xdigit += classes.is(std::ctype_base::xdigit, at);
        blank += classes.is(std::ctype_base::blank, at);
        print += classes.is(std::ctype_base::print, at);
        graph += classes.is(std::ctype_base::graph, at);
    }
    check("classes of characters have their members", upper == 26 && alnum == 62 && punct == 32 && space == 6 &&
                                                          cntrl == 33 && xdigit == 22 && blank == 2 && print == 95 &&
                                                          graph == 94);
    check("cases are changed", classes.toupper('x') == 'X' && classes.tolower('X') == 'x' && std::toupper('q', std::locale()) == 'Q');
    std::locale copy(std::locale::classic(), new std::numpunct<char>);
    std::ostringstream out;
    out.imbue(copy);
    out << 1234567.5;
    check_equal("a locale of one's own is used", out.str(), std::string("1.23457e+06"));
    check_equal("expressions are found and replaced", std::regex_replace(std::string("hello world"), std::regex("o(\\w)?"), "0$1"),
                std::string("hell0 w0rld"));
    std::smatch match;
    const std::string text = "key=value";
    check("with their parts", std::regex_match(text, match, std::regex("(\\w+)=(\\w+)")) && match[2] == "value");
}

void threads()
{
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::thread> all;
    int count = 0;
    for (int i = 0; i < 4; i++)
        all.emplace_back([&] {
            std::lock_guard lock(mutex);
            count++;
            changed.notify_all();
        });
    {
        std::unique_lock lock(mutex);
        check("a condition is waited for", changed.wait_for(lock, 10s, [&] { return count == 4; }));
        check("until a time", !changed.wait_until(lock, std::chrono::steady_clock::now() + 2ms, [&] { return count == 5; }));
    }
    for (auto &thread : all)
        thread.join();
    check_equal("async gives its value", std::async(std::launch::async, [] { return 42; }).get(), 42);
    bool caught = false;
    try {
        std::async(std::launch::async, []() -> int { throw 7; }).get();
    } catch (int number) {
        caught = number == 7;
    }
    check("or its exception", caught);
    std::atomic<int> word = 0;
    std::thread setter([&] {
        word = 1;
        word.notify_one();
    });
    word.wait(0);
    setter.join();
    check_equal("an atomic is waited for", word.load(), 1);
    std::atomic<long long> large = 1ll << 40;
    large += 5;
    check("one of 64 bits counts", large == (1ll << 40) + 5);
    std::timed_mutex timed;
    timed.lock();
    check("a lock is tried for a time", std::async(std::launch::async, [&] { return timed.try_lock_for(2ms); }).get() == false);
    timed.unlock();
    std::shared_mutex shared;
    std::shared_lock first(shared), second(shared);
    check("readers share a lock", first.owns_lock() && second.owns_lock());
    std::once_flag once;
    int calls = 0;
    for (int i = 0; i < 3; i++)
        std::call_once(once, [&] { calls++; });
    check_equal("call_once calls once", calls, 1);
    auto start = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(5ms);
    check("sleeping takes its time", std::chrono::steady_clock::now() - start >= 5ms);
    check("the system's clock knows the year", std::chrono::system_clock::now().time_since_epoch() > std::chrono::hours(24 * 365 * 50));
}

void files()
{
    namespace fs = std::filesystem;
    check("the size of a file", fs::file_size("file") == 18 && fs::is_regular_file("file"));
    fs::create_directories("a/b/c");
    std::ofstream("a/b/one") << "1";
    fs::copy_file("a/b/one", "a/two");
    fs::create_symlink("two", "a/link");
    std::vector<std::string> seen;
    for (const auto &entry : fs::recursive_directory_iterator("a"))
        seen.push_back(entry.path().generic_string());
    std::sort(seen.begin(), seen.end());
    check("a tree is walked", seen == std::vector<std::string>{"a/b", "a/b/c", "a/b/one", "a/link", "a/two"});
    check("links are read", fs::is_symlink("a/link") && fs::read_symlink("a/link") == "two");
    fs::last_write_time("a/two", fs::file_time_type::clock::now() - 24h);
    check("times are set and read", fs::file_time_type::clock::now() - fs::last_write_time("a/two") >= 23h);
    fs::rename("a/two", "a/three");
    fs::permissions("a/three", fs::perms::owner_read);
    check("so are permissions", fs::status("a/three").permissions() == fs::perms::owner_read);
    check("a path is made whole", fs::weakly_canonical("a/./b/../three") == fs::current_path() / "a/three");
    check("there is room", fs::space(".").available > 0);
    std::error_code error;
    fs::remove("nothing/at/all", error);
    check("what is not there is no error to remove", !error);
    (void)fs::file_size("nothing", error);
    check("but to ask for its size", error == std::errc::no_such_file_or_directory);
    check("all of it is removed", fs::remove_all("a") == 6);
    fs::remove("file");
}

void numbers()
{
    std::mt19937 generator(1);
    check_equal("a generator gives what the standard says", generator(), 1791095845u);
    std::map<std::string, int> ordered{{"b", 2}, {"a", 1}};
    std::unordered_map<int, int> hashed;
    for (int i = 0; i < 1000; i++)
        hashed[i * 7919] = i;
    check("containers hold what is put in", ordered.begin()->first == "a" && hashed.at(7919 * 500) == 500);
    std::vector<int> many(1000);
    std::iota(many.begin(), many.end(), 0);
    std::shuffle(many.begin(), many.end(), generator);
    std::sort(many.begin(), many.end(), std::greater<>());
    check("and are sorted", many.front() == 999 && many.back() == 0);
    check_equal("to_string and back", std::stoll(std::to_string(-123456789012345ll)), -123456789012345ll);
    check("stod refuses what is none", [] {
        try {
            (void)std::stod("none");
        } catch (const std::invalid_argument &) {
            return true;
        }
        return false;
    }());
    check("a random device gives something", std::random_device()() != std::random_device()());
}

} // namespace

int main()
{
    streams();
    characters();
    threads();
    files();
    numbers();
    return finish();
}
