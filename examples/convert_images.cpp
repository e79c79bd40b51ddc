// SPDX-License-Identifier: MIT
// Turns a folder of photographs, category/subclass/photograph.jpg, into the study's data sets: npz files that numpy reads too.
#include <denim/data/split.hpp>
#include <denim/format.hpp>
#include <denim/machine/atomic_file.hpp>

#include <CLI/CLI.hpp>

#include <iomanip>
#include <iostream>

#include "command_line.hpp"
#include "fashion/photographs.hpp"
#include "shown_name.hpp"

using namespace denim;
using command_line::shown;
namespace fs = std::filesystem;

namespace {

struct Options {
    fs::path folder, out;
    Size size{120, 90};
    SplitShares shares;
    Seed seed{1};
    bool strict = false;
};

void write_text(const fs::path& path, const std::string& text) {
    AtomicFile file{path};
    file.write(text);
    file.commit();
}

/// The part of each photograph; those with the same pixels stay together, and the ones that this moves are told about.
std::vector<Part> assign_parts(const std::vector<fashion::Photograph>& photographs, const PictureStore& store,
                               const Options& options) {
    std::vector<std::int32_t> kinds;
    std::vector<std::uint64_t> fingerprints;
    for (const fashion::Photograph& photograph : photographs) {
        kinds.push_back(static_cast<std::int32_t>(photograph.kind));
        fingerprints.push_back(photograph.fingerprint);
    }
    std::vector<std::uint8_t> left(store.shape().size()), right(left.size());
    const auto first = first_equals(fingerprints, [&](std::size_t a, std::size_t b) {
        store.read(photographs[a].place, left.data());
        store.read(photographs[b].place, right.data());
        return left == right;
    });
    const auto alone = split_parts(kinds, options.shares, options.seed),
               together = split_parts(kinds, options.shares, options.seed, first);
    for (std::size_t i = 0; i < first.size(); ++i)
        if (alone[i] != together[i])
            std::cerr << "duplicate: " << shown(photographs[i].path) << " has the pixels of "
                      << shown(photographs[first[i]].path) << " and goes with it to "
                      << fashion::parts[static_cast<std::size_t>(together[i])] << '\n';
    return together;
}

/// The photographs of one set, by place and label; their kinds stand beside these, so that every label of each is known.
struct Set {
    std::string name;
    std::vector<std::size_t> places;
    std::vector<std::int32_t> labels, kinds;
};

std::vector<Set> cut_sets(const std::vector<fashion::Photograph>& photographs, const std::vector<Part>& parts) {
    std::vector<Set> sets;
    for (const fashion::Task& task : fashion::tasks)
        for (std::size_t part = 0; part < fashion::parts.size(); ++part) {
            Set& set = sets.emplace_back(Set{std::string{task.name} + "-" + std::string{fashion::parts[part]}, {}, {}, {}});
            for (std::size_t i = 0; i < photographs.size(); ++i) {
                const fashion::Kind& kind = fashion::kinds[photographs[i].kind];
                if (static_cast<std::size_t>(parts[i]) != part || !concerns(task, kind)) continue;
                set.places.push_back(photographs[i].place);
                set.labels.push_back(label(task, kind));
                set.kinds.push_back(static_cast<std::int32_t>(photographs[i].kind));
            }
        }
    return sets;
}

/// Writes a set, some pictures at a time; it appears when `finish` of the writer is called.
void write_set(NpzWriter& file, const Set& set, const PictureStore& store) {
    const Shape shape = store.shape();
    const std::size_t at_once = std::clamp<std::size_t>((std::size_t{4} << 20) / shape.size(), 1, 64);  // all sets are written side by side
    std::vector<std::uint8_t> pixels(at_once * shape.size());
    file.begin("images", ElementType::uint8, {set.places.size(), shape.height, shape.width, shape.channels});
    for (std::size_t first = 0; first < set.places.size(); first += at_once) {
        const std::size_t count = std::min(at_once, set.places.size() - first);
        for (std::size_t i = 0; i < count; ++i) store.read(set.places[first + i], pixels.data() + i * shape.size());
        file.append(AnyArrayView::of<std::uint8_t>(std::span{pixels}.first(count * shape.size()),
                                                   {count, shape.height, shape.width, shape.channels}));
    }
    file.write("labels", AnyArrayView::of<std::int32_t>(set.labels, {set.labels.size()}));
    file.write("kinds", AnyArrayView::of<std::int32_t>(set.kinds, {set.kinds.size()}));
}

void write_sets(const std::vector<Set>& sets, const PictureStore& store, const fs::path& out) {
    std::vector<std::unique_ptr<NpzWriter>> files;
    for (const Set& set : sets) files.push_back(std::make_unique<NpzWriter>(out / (set.name + ".npz")));
    constexpr std::size_t large = 1'000'000'000;  // as work: all threads take part
    {
        fashion::Progress progress{"sets", sets.size()};
        parallel_for(sets.size(), large, [&](std::size_t i) {
            write_set(*files[i], sets[i], store);
            progress.advance();
        });
    }
    parallel_for(files.size(), large, [&](std::size_t i) { files[i]->finish(); });  // all of them, or none
}

std::string labels_json() {
    std::string text = "{";
    for (const fashion::Task& task : fashion::tasks) {
        text += (text.size() > 1 ? ",\n \"" : "\n \"") + std::string{task.name} + "\": [";
        for (const std::string& name : class_names(task)) text += (text.back() == '[' ? "\"" : ", \"") + name + "\"";
        text += "]";
    }
    return text + "\n}\n";
}

void print_table(const std::vector<Set>& sets) {
    std::cout << std::left << std::setw(18) << "task" << std::right;
    for (const std::string_view part : fashion::parts) std::cout << std::setw(12) << part;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        if (i % 3 == 0) std::cout << '\n' << std::left << std::setw(18) << fashion::tasks[i / 3].name << std::right;
        std::cout << std::setw(12) << sets[i].places.size();
    }
    std::cout << '\n';
}

int convert(const Options& options) {
    if (options.out.empty()) throw FileError("''", "the name of a folder was expected");
    fs::path room = fs::absolute(options.out);  // the folder is made only when there is something to write
    while (!fs::exists(room)) room = room.parent_path();
    // As many pictures in memory as keep its sum below the arrays of the largest set and 100 MB.
    const SplitShares& shares = options.shares;
    const double largest =
        static_cast<double>(std::max({shares.train, shares.validation, shares.test})) / static_cast<double>(shares.sum());
    const auto memory = static_cast<std::size_t>(100e6 / std::max(1 - largest, 0.1));
    PictureStore store{room, {options.size.height, options.size.width, Picture::channels}, memory};
    std::vector<Rejection> rejected;
    const auto photographs = fashion::read_photographs(options.folder, options.size, store, rejected);
    std::string table, split;
    for (const Rejection& file : rejected) {
        std::cerr << "rejected: " << shown(file.path) << ": " << shown(file.reason) << '\n';
        table += shown(file.path.lexically_relative(options.folder)) + '\t' + shown(file.reason) + '\n';
    }
    if (photographs.empty() && rejected.empty())
        throw std::runtime_error(options.folder.string() + ": no photograph in category/subclass/");
    if (options.strict && !rejected.empty()) {
        std::cerr << rejected.size() << " photographs cannot be read; nothing is written\n";
        return 1;
    }
    const auto parts = assign_parts(photographs, store, options);
    for (std::size_t i = 0; i < photographs.size(); ++i)
        split += std::string{fashion::parts[static_cast<std::size_t>(parts[i])]} + '\t' +
                 shown(photographs[i].path.lexically_relative(options.folder)) + '\n';
    const auto sets = cut_sets(photographs, parts);
    fs::create_directories(options.out);
    write_sets(sets, store, options.out);
    write_text(options.out / "labels.json", labels_json());
    write_text(options.out / "split.tsv", split);
    write_text(options.out / "rejected.tsv", table);
    print_table(sets);
    return rejected.empty() ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    Options options;
    std::string size = "90x120";
    std::vector<std::uint32_t> shares{80, 10, 10};
    std::size_t threads = 0;
    CLI::App app{"Turns category/subclass/photograph.jpg into the study's data sets (npz)"};
    app.add_option("folder", options.folder, "photographs")->required()->check(CLI::ExistingDirectory);
    app.add_option("--out", options.out, "where the sets go")->required();
    app.add_option("--size", size, "width x height of the frame")->capture_default_str();
    app.add_option("--split", shares, "shares of train, validation and test")
        ->delimiter(',')
        ->expected(3)
        ->capture_default_str();
    app.add_option("--seed", options.seed.value, "which photographs go where")->check(command_line::whole_number())->capture_default_str();
    app.add_option("--threads", threads, "0: all cores")->check(command_line::threads())->capture_default_str();
    app.add_flag("--strict", options.strict, "write nothing if a photograph cannot be read");
    try {
        app.parse(count, words);
        char end = 0;
        if (size.find_first_not_of("0123456789x") != std::string::npos ||
            std::sscanf(size.c_str(), "%4zux%4zu%c", &options.size.width, &options.size.height, &end) != 2 ||
            options.size.pixels() == 0)
            throw CLI::ValidationError("--size", "WIDTHxHEIGHT was expected, for example 90x120, but got " + size);
        options.shares = {shares[0], shares[1], shares[2]};
        if (options.shares.sum() == 0) throw CLI::ValidationError("--split", "a share above zero was expected");
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        set_threads(threads);
        return command_line::finish("convert_images", convert(options));
    } catch (const std::exception& error) {
        std::cerr << "convert_images: " << shown(error.what()) << '\n';
        return 1;
    }
}
