// SPDX-License-Identifier: MIT
// A sweep of four networks on drawn photographs, with logs, pictures and pages: sweep FOLDER [SIDE-BY-SIDE]. Prints each run's
// result with all digits. sweep.py looks at what it leaves.
#include "fashion/wardrobe/photograph.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/image.hpp>
#include <denim/report.hpp>
#include <denim/sweep.hpp>

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

using namespace denim;

namespace {

template <std::size_t Kernel, std::size_t Filters>
using Family = Network<Image<40, 30, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Dense<3>>>;

struct Set {
    Array<std::uint8_t, 4> images;
    Array<std::int32_t, 1> labels;

    // Glasses, trousers and shoes in turn.
    Set(std::size_t count, Seed seed)
        : images(std::array<std::size_t, 4>{count, 40, 30, 3}), labels(std::array<std::size_t, 1>{count}) {
        constexpr std::size_t articles[3][3] = {{0, 1, 0}, {2, 3, 5}, {7, 8, 12}};
        for (std::size_t n = 0; n < count; ++n) {
            labels(n) = static_cast<std::int32_t>(n % 3);
            const Picture photograph = fit(wardrobe::photograph(seed, articles[n % 3][n / 3 % 3], n), Size{40, 30});
            std::copy(photograph.pixels.begin(), photograph.pixels.end(), images.data() + n * photograph.pixels.size());
        }
    }
};

const std::vector<std::string> names{"glasses", "trousers", "shoes"};

void write_pages(const std::filesystem::path& folder, const SweepTable& table, const Set& test) {
    write_report(folder / "sweep.html", table);
    using Best = Family<3, 4>;
    Best network{Seed{1}};
    load_into(network, folder / "logs/kernel=3,filters=4,rate=0.003,seed=1/best.safetensors");
    const Predictor predictor{network};
    const auto logits = predictor.predict(test.images);
    const std::span<const float> numbers{logits.data(), logits.size()};
    RunReport run{
        .name = "Kernel 3, 4 filters", .network = network.summary(), .history = table.rows[0].runs[0].history, .labels = names};
    run.parameters = table.rows[0].parameters;
    run.truth.assign(test.labels.begin(), test.labels.end());
    run.logits.assign(numbers.begin(), numbers.end());
    run.mistakes = mistakes_of(test, numbers, names);
    run.pictures.emplace_back("Filters of the first layer", draw_filters(network.layer<0>().weights()));
    std::vector<LabelledPhotograph> sheet;
    const std::vector<float> probabilities = softmax(numbers, 3);
    for (std::size_t n = 0; n < 12; ++n) {
        const auto called = static_cast<std::size_t>(predicted_classes(numbers, 3)[n]);
        sheet.push_back({picture_of(test.images.data() + n * 3600, Shape{40, 30, 3}),
                         names[static_cast<std::size_t>(test.labels(n))], names[called],
                         static_cast<double>(probabilities[n * 3 + called])});
    }
    for (std::size_t n = 0; n < 3; ++n) {
        Array<std::uint8_t, 3> photograph(std::array<std::size_t, 3>{40, 30, 3});
        std::copy_n(test.images.data() + n * photograph.size(), photograph.size(), photograph.data());
        run.pictures.emplace_back("Where it looked: " + names[n],
                                  draw_occlusion(sheet[n].picture, occlude(predictor, photograph)));
        write_png(folder / ("looked-" + std::to_string(n) + ".png"), run.pictures.back().second);
    }
    write_png(folder / "filters.png", run.pictures[0].second);
    write_png(folder / "sheet.png", draw_photographs(sheet));
    write_report(folder / "run.html", run);
    write_report(folder / "comparison.html", ComparisonReport{.name = "One network or two",
                                                              .first = "all",
                                                              .second = "separate",
                                                              .seeds = {1, 2, 3},
                                                              .first_totals = {861, 855, 858},
                                                              .second_totals = {860, 849, 861},
                                                              .first_right = {{1, 1, 0, 1}},
                                                              .second_right = {{1, 0, 1, 0}}});
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "use: %s FOLDER [SIDE-BY-SIDE]\n", arguments[0]);
        return 2;
    }
    try {
        const std::filesystem::path folder = arguments[1];
        const Set train{180, Seed{1}}, validation{90, Seed{2}}, test{90, Seed{3}};
        const SweepTable table =
            sweep<Family, Values<3, 5>, Values<4, 8>>(train, validation,
                                                      {.log = folder / "logs",
                                                       .axes = {"kernel", "filters"},
                                                       .rates = {3e-3f},
                                                       .repeats = 2,
                                                       .epochs = 4,
                                                       .batch = 16,
                                                       .labels = names,
                                                       .side_by_side = count > 2 ? std::stoul(arguments[2]) : 1});
        for (const SweepRow& row : table.rows)
            for (const SweepRun& run : row.runs)
                std::printf("%s %.17g %.17g\n", run.folder.c_str(), run.best().validation.accuracy, run.best().validation.loss);
        std::fflush(stdout);
        std::cerr << table;
        write_pages(folder, table, test);
    } catch (const Interrupted& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return Interrupted::exit_status;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
