// SPDX-License-Identifier: MIT
#pragma once

// One network for all labels of a category, one for the gender and one for the type of each gender, or one with heads for all
// labels of all categories? All answer for the same test photographs, seed by seed, and are scored as the study does: a point
// for the right gender, a point for the right type.

#include <denim/report/comparison_report.hpp>
#include <denim/report/confusion_picture.hpp>

#include "fashion/catalogue.hpp"
#include "fashion/options.hpp"

namespace fashion {

/// One approach over all seeds.
struct Contestant {
    std::string name;
    std::size_t networks = 0, parameters = 0;
    bool for_all_categories = false;           ///< what it costs is not for this category alone
    std::vector<double> totals = {};           ///< points, by seed
    std::vector<std::vector<int>> right = {};  ///< by seed and photograph: all labels right
    std::vector<double> seconds = {};          ///< of training, by seed
    double milliseconds = 0;                   ///< for a photograph, mean over seeds and photographs of the test set
    denim::Confusion confusion = {};           ///< of the category's kinds, all seeds together

    [[nodiscard]] double share_right() const { return denim::accuracy(confusion); }
};

struct Comparison {
    std::string category;  ///< empty: all of them
    std::size_t photographs = 0;
    std::vector<std::uint64_t> seeds = {};
    std::vector<Contestant> contestants = {};
    std::string question = "One network, three, or one with heads";
    std::string note = {};  ///< how the contestants came about, where that is not said elsewhere

    [[nodiscard]] std::string of() const { return category.empty() ? "all categories" : category; }

    /// The best total that there could be.
    [[nodiscard]] std::size_t points() const { return 2 * photographs; }

    /// Calls each(first, second) for all pairs of contestants.
    template <class Each>
    void each_pair(Each each) const {
        for (std::size_t first = 0; first < contestants.size(); ++first)
            for (std::size_t second = first + 1; second < contestants.size(); ++second)
                each(contestants[first], contestants[second]);
    }

    /// In one sentence, no more than the figures carry.
    [[nodiscard]] std::string verdict() const;
};

/// Trains what is missing of one category's four tasks and of the network with heads, and compares them.
Comparison compare_trousers(const Options& options);
Comparison compare_shoes(const Options& options);

std::ostream& operator<<(std::ostream& out, const Comparison& comparison);

/// The comparison as a part of a page.
void add_comparison(denim::Page& page, const Comparison& comparison);

/// The main function of compare_trousers and of other programs that compare; `add` declares further options.
template <class Compare>
int run_comparison(int count, char** words, const char* name, const char* description, Compare compare,
                   const std::function<void(CLI::App&, Options&)>& add = [](CLI::App&, Options&) {}) {
    return run_program(
        count, words, name, description, Options{.repeat = 10},
        [&](const Options& options) {
            const Comparison comparison = compare(options);
            std::cout << comparison << std::flush;
            denim::Page page{comparison.question + "?"};
            add_comparison(page, comparison);
            denim::add_machine(page, 0);
            page.write(options.report / (std::string{name} + ".html"));
        },
        add);
}

}  // namespace fashion
