// SPDX-License-Identifier: MIT
#pragma once

// What pages about runs, sweeps and comparisons share.

#include <denim/format/hparams_message.hpp>
#include <denim/metric/history.hpp>
#include <denim/network/summary.hpp>
#include <denim/report/page.hpp>

namespace denim::inline DENIM_TARGET::detail {

/// Five digits, wherever the point stands.
DENIM_ONCE std::string five_digits(double number);

DENIM_ONCE std::string parameter_text(const HyperParameter& parameter);

/// One curve of a history.
DENIM_ONCE Series curve(std::string name, const History& history, double Score::*value, bool of_validation);

}  // namespace denim::inline DENIM_TARGET::detail

namespace denim::inline DENIM_TARGET {

/// What a page was made on, and where it is above 0 the time that training took.
DENIM_ONCE void add_machine(Page& page, double seconds);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE std::string five_digits(double number) {
    return is_nan(number) ? "" : general(number, 5);
}

DENIM_ONCE std::string parameter_text(const HyperParameter& parameter) {
    if (const auto* number = std::get_if<double>(&parameter)) return short_number(*number);
    if (const auto* truth = std::get_if<bool>(&parameter)) return *truth ? "yes" : "no";
    return std::get<std::string>(parameter);
}

DENIM_ONCE Series curve(std::string name, const History& history, double Score::*value, bool of_validation) {
    Series series{std::move(name)};
    for (const Epoch& epoch : history.epochs) {
        series.x.push_back(static_cast<double>(epoch.number));
        series.y.push_back((of_validation ? epoch.validation : epoch.train).*value);
    }
    return series;
}

}  // namespace denim::inline DENIM_TARGET::detail

namespace denim::inline DENIM_TARGET {

DENIM_ONCE void add_machine(Page& page, double seconds) {
    page.heading("Machine and time");
    page.paragraph(machine_line("fp32"));
    if (seconds > 0) page.paragraph("Time of training: " + detail::decimals(seconds, 1) + " s.");
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
