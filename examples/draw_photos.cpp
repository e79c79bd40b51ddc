// SPDX-License-Identifier: MIT
// Draws the default data: photographs of glasses, trousers and shoes as a shop would take them, category/subclass/NNNNN.jpg.

#include "command_line.hpp"
#include "fashion/wardrobe/photograph.hpp"

#include <denim/image/picture_file.hpp>
#include <denim/machine/threads.hpp>

#include <CLI/CLI.hpp>

#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <optional>

namespace {

using namespace denim;
namespace fs = std::filesystem;

struct Options {
    fs::path out;
    std::optional<std::size_t> count, per_class;
    std::uint64_t seed = 1;
    std::string sheet;
    std::size_t threads = 0;
};

struct Order {
    std::size_t article, number;
};

/// Photographs done, their rate and the time left, on standard error: one line that changes on a terminal, elsewhere a line now
/// and then.
class Progress {
public:
    explicit Progress(std::size_t total) : total_(total) {}

    void step() {
        const std::lock_guard lock(mutex_);
        ++done_;
        const auto now = Clock::now();
        if (done_ < total_ && now - shown_ < std::chrono::milliseconds(terminal_ ? 200 : 10'000)) return;
        shown_ = now;
        const double seconds = std::max(1e-3, std::chrono::duration<double>(now - begin_).count());
        const double rate = static_cast<double>(done_) / seconds;
        std::fprintf(stderr, "%s%zu of %zu photographs, %.0f a second, %.0f s left%s", terminal_ ? "\r" : "", done_, total_,
                     rate, static_cast<double>(total_ - done_) / rate, terminal_ && done_ < total_ ? "  " : "  \n");
    }

private:
    using Clock = std::chrono::steady_clock;

    std::size_t total_, done_ = 0;
    bool terminal_ = ::isatty(STDERR_FILENO) == 1;
    Clock::time_point begin_ = Clock::now(), shown_ = begin_;
    std::mutex mutex_;
};

std::vector<Order> orders(const Options& options) {
    std::array<std::size_t, 17> counts = wardrobe::shared_out(options.count.value_or(wardrobe::assortment_size));
    if (options.per_class) counts.fill(*options.per_class);
    std::vector<Order> all;
    for (std::size_t article = 0; article < counts.size(); ++article) {
        for (std::size_t number = 0; number < counts[article]; ++number) all.push_back({article, number});
    }
    return all;
}

/// Every photograph takes the same few megabytes: the process keeps them for the next one, and does not give them back to the
/// system in between.
void keep_freed_memory() {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

void draw_all(const Options& options) {
    keep_freed_memory();
    const std::vector<Order> all = orders(options);
    for (const wardrobe::Article& article : wardrobe::assortment)
        fs::create_directories(options.out / article.category / article.subclass);
    Progress progress(all.size());
    constexpr std::size_t operations = 20'000'000;  // of one photograph, about
    parallel_for(all.size(), all.size() * operations, [&](std::size_t index) {
        const auto [article, number] = all[index];
        char name[32];
        std::snprintf(name, sizeof name, "%05zu.jpg", number);
        const auto& folder = wardrobe::assortment[article];
        write_jpeg(options.out / folder.category / folder.subclass / name,
                   wardrobe::photograph(Seed{options.seed}, article, number), 92);
        progress.step();
    });
}

/// A contact sheet: a row of photographs of each subclass, at half their size.
void draw_sheet(const Options& options) {
    constexpr std::size_t columns = 12, rows = wardrobe::assortment.size(), height = wardrobe::photograph_height / 2,
                          width = wardrobe::photograph_width / 2;
    Picture sheet{Size{rows * height, columns * width}};
    parallel_for(columns * rows, columns * rows * 20'000'000, [&](std::size_t index) {
        const std::size_t row = index / columns, column = index % columns;
        const Picture photograph = wardrobe::photograph(Seed{options.seed}, row, column);
        for (std::size_t y = 0; y < height; ++y) {
            for (std::size_t x = 0; x < width * 3; ++x) {
                const std::size_t from = (2 * y * wardrobe::photograph_width + 2 * (x / 3)) * 3 + x % 3,
                                  below = from + std::size_t{wardrobe::photograph_width} * 3;
                const int sum = photograph.pixels[from] + photograph.pixels[from + 3] + photograph.pixels[below] +
                                photograph.pixels[below + 3];
                sheet.pixels[((row * height + y) * columns * width + column * width) * 3 + x] =
                    static_cast<std::uint8_t>((sum + 2) / 4);
            }
        }
    });
    write_png(options.sheet, sheet);
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{
        "Draws photographs of glasses, trousers and shoes into OUT/category/subclass/NNNNN.jpg, 300 x 400 pixels on white."};
    auto* out = app.add_option("--out", options.out, "folder to draw into");
    auto* count = app.add_option("--count", options.count, "photographs of all classes together (16203)")
                      ->check(command_line::whole_number(1, 10'000'000));
    app.add_option("--per-class", options.per_class, "photographs of each of the 17 subclasses, in place of --count")
        ->check(command_line::whole_number(1, 99'999))
        ->excludes(count);
    app.add_option("--seed", options.seed, "the same seed draws the same photographs")->check(command_line::whole_number())->capture_default_str();
    app.add_option("--sheet", options.sheet, "also write a contact sheet, 12 of each subclass, to this PNG file");
    app.add_option("--threads", options.threads, "threads (0: all cores)")->check(command_line::threads())->capture_default_str();
    try {
        app.parse(argc, argv);
        if (!*out && options.sheet.empty()) throw CLI::RequiredError("--out or --sheet");
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        set_threads(options.threads);
        if (!options.out.empty()) command_line::require_folder(options.out);
        if (!options.sheet.empty()) command_line::require_file(options.sheet);
        if (!options.out.empty()) draw_all(options);
        if (!options.sheet.empty()) draw_sheet(options);
    } catch (const std::exception& error) {
        std::cerr << "draw_photos: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
