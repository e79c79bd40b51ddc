// SPDX-License-Identifier: MIT
#pragma once

// What something is, as names and values: the record by which a run is known again.

#include <denim/machine/accepted.hpp>
#include <denim/machine/spelling.hpp>

#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

class SettingsRecord;

/// A type that describes itself. Who lists its settings (see accepted.hpp) needs no more; else, and where there are texts or lists:
///
///     void describe(SettingsRecord& to) const { to("monitor", monitor)("labels", labels); }
///
/// All that changes what it does belongs there; what it has learned, counted or kept does not.
template <class Type>
concept DescribesItself = requires(const Type& type, SettingsRecord& to) { type.describe(to); };

/// Settings in the order in which they were named. Values are texts: numbers with as many digits as tell them from all others,
/// the same in every locale.
class SettingsRecord {
public:
    /// One of them: {"optimizer.rate", "0.001"}.
    struct Line {
        std::string name, value;

        friend bool operator==(const Line&, const Line&) = default;
    };

    /// Adds a number, a truth value, an enumerator, a text, a range of such, or what describes itself: its settings stand behind
    /// "name.", and what it calls itself (see `kind`) stands under the name.
    template <class Value>
    SettingsRecord& operator()(std::string_view name, const Value& value) {
        if constexpr (std::same_as<Value, bool>) {
            put(name, value ? "true" : "false");
        } else if constexpr (std::is_enum_v<Value>) {
            (*this)(name, static_cast<std::underlying_type_t<Value>>(value));
        } else if constexpr (std::integral<Value>) {
            put(name, std::to_string(value));
        } else if constexpr (std::floating_point<Value>) {
            put(name, shortest_text(value));
        } else if constexpr (std::convertible_to<const Value&, std::string_view>) {
            put(name, static_cast<std::string_view>(value));
        } else if constexpr (DescribesItself<Value>) {
            within(name, [&] { value.describe(*this); });
        } else if constexpr (ListsSettings<Value>) {
            within(name, [&] { value.each_setting([&](std::string_view each, auto number, const Accepted&) { (*this)(each, number); }); });
        } else {
            constexpr bool range = std::ranges::input_range<const Value>;
            static_assert(range, "denim: SettingsRecord: a number, a truth value, an enumerator, a text, a range of these or a type with a "
                                 "member each_setting or describe was expected.");
            if constexpr (range) {
                std::size_t count = 0;
                for (const auto& each : value) (*this)(std::string{name} + '.' + std::to_string(count++), each);
                (*this)(std::string{name} + ".count", count);
            }
        }
        return *this;
    }

    /// What that is which is being described: optimizer = "Adam".
    SettingsRecord& kind(std::string_view text) {
        put("", text);
        return *this;
    }

    [[nodiscard]] std::span<const Line> all() const { return all_; }
    /// The value of a setting; null where it is not there.
    [[nodiscard]] const std::string* find(std::string_view name) const;

    friend bool operator==(const SettingsRecord& left, const SettingsRecord& right) { return left.all_ == right.all_; }

    /// What differs between what a snapshot has and this run, a line for each: "    batch: the snapshot has 3, this run 4". Empty
    /// where nothing does.
    [[nodiscard]] std::string differences_from(const SettingsRecord& snapshot) const;

    /// A line for each, "name = value", and the way back.
    [[nodiscard]] std::string text() const;
    static SettingsRecord from_text(std::string_view text);

private:
    template <class Act>
    void within(std::string_view name, const Act& act) {
        const std::string before = std::exchange(group_, full(name));
        act();
        group_ = before;
    }
    [[nodiscard]] std::string full(std::string_view name) const {
        return group_ + (group_.empty() || name.empty() ? "" : ".") + std::string{name};
    }
    // A value stays on its line.
    void put(std::string_view name, std::string_view value);

    std::string group_;
    std::vector<Line> all_;
};

namespace detail {

/// A type under its name, with its settings as far as it tells them.
template <class Type>
void describe_type(SettingsRecord& to, const Type& type) {
    constexpr bool told = DescribesItself<Type> || ListsSettings<Type>;
    to.kind(spelling<Type>() + (told || std::is_empty_v<Type> ? "" : ", which does not describe itself"));
    if constexpr (told) to("", type);
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string SettingsRecord::differences_from(const SettingsRecord& snapshot) const {
    constexpr std::size_t most = 12;
    std::size_t count = 0;
    std::string text;
    const auto compare = [&](const std::string& name, const std::string* there, const std::string* here) {
        if (there && here && *there == *here) return;
        if (count++ < most)
            text += "\n    " + name + ": the snapshot has " + (there ? *there : "nothing") + ", this run " + (here ? *here : "nothing");
    };
    for (const Line& each : all_) compare(each.name, snapshot.find(each.name), &each.value);
    for (const Line& each : snapshot.all_)
        if (!find(each.name)) compare(each.name, &each.value, nullptr);
    return count > most ? text + "\n    and " + std::to_string(count - most) + " more" : text;
}

DENIM_ONCE std::string SettingsRecord::text() const {
    std::string lines;
    for (const Line& each : all_) lines.append(each.name).append(" = ").append(each.value) += '\n';
    return lines;
}

DENIM_ONCE SettingsRecord SettingsRecord::from_text(std::string_view text) {
    SettingsRecord settings;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (const std::size_t at = line.find(" = "); at != line.npos)
            settings.all_.push_back({std::string{line.substr(0, at)}, std::string{line.substr(at + 3)}});
    }
    return settings;
}

DENIM_ONCE void SettingsRecord::put(std::string_view name, std::string_view value) {
    Line setting{full(name), {}};
    for (const char letter : value) {
        if (letter == '\n' || letter == '\\') setting.value += '\\';
        setting.value += letter == '\n' ? 'n' : letter;
    }
    all_.push_back(std::move(setting));
}

DENIM_ONCE const std::string* SettingsRecord::find(std::string_view name) const {
    for (const Line& each : all_)
        if (each.name == name) return &each.value;
    return nullptr;
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
