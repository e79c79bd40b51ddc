// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/photograph_names.hpp>
#include <denim/data/read_folder.hpp>
#include <denim/data/split.hpp>
#include <denim/image/fit.hpp>
#include <denim/machine/file_descriptor.hpp>
#include <denim/machine/settings_record.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim {

/// What becomes of a photograph that cannot be read, or was changed since it was read first.
enum class Unreadable { stops, is_left_out };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Which photographs, and what becomes of those that cannot be read.
struct PhotographOptions {
    std::size_t label_folder = 0;               ///< which folder of a name is its class: of "shoes/boots/1.jpg" 0 is shoes, 1 boots
    std::vector<std::string> class_names = {};  ///< labels in this order, others are no part of the set; empty: all, sorted
    std::function<std::string(const std::string& name)> class_of = {};  ///< the class by name, instead of label_folder; empty: no part of the set
    Unreadable unreadable = Unreadable::stops;
    PictureLimits limits = {};
};

/// Photographs in a folder, or named by a table, that are read, decoded and fitted into a frame (see `fit`) when they are asked for: a
/// PictureSource whose names alone are in memory. Many threads may read. One that cannot be read stops who reads, as a FileError, or is named
/// on standard error and left out from then on; so is one whose file has changed since it was first read.
class Photographs {
public:
    /// All pictures below `folder`, in the order of their names.
    ///
    ///     Photographs photos{"photos", Size{224, 224}};    // photos/CLASS/anything.jpg
    Photographs(const std::filesystem::path& folder, Size size, const PhotographOptions& options = {})
        : Photographs(names_in_folder(folder, class_by(folder, options), options.class_names), size, options) {}
    /// Those that were named elsewhere, see names_in_table.
    Photographs(PhotographNames names, Size size, const PhotographOptions& options = {})
        : class_names(std::move(names.class_names)),
          folder_(std::make_shared<const std::filesystem::path>(std::move(names.folder))),
          names_(std::make_shared<const NameList>(std::move(names.names))),
          labels_(std::move(names.labels)),
          size_(size),
          unreadable_(options.unreadable),
          limits_(options.limits),
          state_(std::make_unique<State>(labels_.size())) {
        if (size.pixels() == 0) throw std::invalid_argument("denim: Photographs: a frame with pixels was expected");
        if (labels_.size() != names_->size())
            throw std::invalid_argument("denim: Photographs: a label for each of " + std::to_string(names_->size()) + " names was expected, but " +
                                        std::to_string(labels_.size()) + " came");
        for (const std::int32_t label : labels_)
            if (std::cmp_less(label, 0) || std::cmp_greater_equal(label, class_names.size()))
                throw std::invalid_argument("denim: Photographs: labels below the " + std::to_string(class_names.size()) +
                                            " class names were expected, but got " + std::to_string(label));
    }
    /// Those that a table (CSV) names, path and label in a line; see names_in_table.
    static Photographs of_table(const std::filesystem::path& table, Size size, const PhotographOptions& options = {}) {
        if (options.class_of || options.label_folder != 0)
            throw std::invalid_argument("denim: Photographs: a table says the class of each photograph, but got class_of or label_folder");
        return {names_in_table(table, options.class_names), size, options};
    }

    std::vector<std::string> class_names;

    [[nodiscard]] std::size_t size() const { return labels_.size(); }
    [[nodiscard]] Shape shape() const { return {size_.height, size_.width, Picture::channels}; }
    [[nodiscard]] std::int32_t label(std::size_t index) const { return labels_[index]; }
    [[nodiscard]] std::span<const std::int32_t> labels() const { return labels_; }
    /// From the folder on.
    [[nodiscard]] std::string_view name(std::size_t index) const { return (*names_)[place(index)]; }
    [[nodiscard]] std::filesystem::path path(std::size_t index) const { return *folder_ / name(index); }

    /// False where the photograph is left out.
    bool read(std::size_t index, std::uint8_t* to) const {
        if (state_->stamps[index] == left_out_mark) return false;
        const std::filesystem::path from = path(index);
        std::string reason;
        try {
            const auto file = detail::FileDescriptor::open(from);
            if (!note(index, file.stamp(from.string()))) throw FileError(from.string(), "it was changed since it was first read");
            std::vector<std::uint8_t> bytes(static_cast<std::size_t>(file.size()));
            bytes.resize(file.read(0, std::as_writable_bytes(std::span{bytes}), from.string()));
            detail::fit_into(to, detail::decode_raster(bytes, limits_), size_, white, Filter::bicubic);
            return true;
        } catch (const PictureError& error) {
            reason = error.what();
        } catch (const FileError& error) {
            reason = reason_in(error, from);
        }
        if (unreadable_ == Unreadable::stops) throw FileError(from.string(), reason);
        leave_out(index, from, reason);
        return false;
    }
    /// A number by which the photograph is known again, whatever stands before it.
    [[nodiscard]] std::uint64_t key(std::size_t index) const { return name_sum(name(index)); }
    /// A number that changes when its file does; 0 where it cannot be read, is left out or was changed.
    [[nodiscard]] std::uint64_t version(std::size_t index) const {
        struct stat status;
        if (state_->stamps[index] == left_out_mark || ::stat(path(index).c_str(), &status) != 0) return 0;
        const std::uint64_t now = detail::file_stamp(status);
        return note(index, now) ? now : 0;
    }
    /// What was left out so far, and why.
    [[nodiscard]] std::vector<Rejection> left_out() const {
        const std::scoped_lock lock{state_->mutex};
        return state_->left_out;
    }
    void describe(SettingsRecord& to) const {
        std::uint64_t sum = 1;
        for (std::size_t index = 0; index < size(); ++index) sum = name_sum(name(index), sum);
        to("names", sum)("class_names", class_names)("limits.pixels", limits_.pixels);
    }

    /// The photographs at these places, in this order; their names stay where they are.
    [[nodiscard]] Photographs select(std::span<const std::size_t> places) const {
        Photographs part{*this, places.size()};
        for (const std::size_t index : places) {
            if (index >= size())
                throw std::out_of_range("denim: Photographs: photograph " + std::to_string(index) + " was asked for, there are " +
                                        std::to_string(size()));
            part.labels_.push_back(labels_[index]);
            part.places_.push_back(static_cast<std::uint32_t>(place(index)));
        }
        return part;
    }

private:
    static constexpr std::uint64_t unread = 0, left_out_mark = 1;
    struct State {
        std::vector<std::atomic<std::uint64_t>> stamps;  // of the files as they were first read
        std::mutex mutex = {};
        std::vector<Rejection> left_out = {};
        explicit State(std::size_t count) : stamps(count) {}
    };

    Photographs(const Photographs& of, std::size_t count)
        : class_names(of.class_names),
          folder_(of.folder_),
          names_(of.names_),
          size_(of.size_),
          unreadable_(of.unreadable_),
          limits_(of.limits_),
          selected_(true),
          state_(std::make_unique<State>(count)) {}

    [[nodiscard]] std::size_t place(std::size_t index) const { return selected_ ? places_[index] : index; }
    // False if the file was another one when it was first read.
    bool note(std::size_t index, std::uint64_t now) const {
        std::uint64_t before = unread;
        now = std::max<std::uint64_t>(now, 2);
        return state_->stamps[index].compare_exchange_strong(before, now) || before == now;
    }
    void leave_out(std::size_t index, const std::filesystem::path& from, const std::string& reason) const {
        const std::scoped_lock lock{state_->mutex};
        if (state_->stamps[index].exchange(left_out_mark) == left_out_mark) return;
        std::fprintf(stderr, "denim: %s: %s; it is left out\n", from.string().c_str(), reason.c_str());
        state_->left_out.push_back({from, reason});
    }
    static std::function<std::string(const std::string&)> class_by(const std::filesystem::path& folder, const PhotographOptions& options) {
        if (options.class_of) return options.class_of;
        const bool skips = options.unreadable == Unreadable::is_left_out;
        return [folder, skips, wanted = options.label_folder](const std::string& name) -> std::string {
            std::size_t first = 0, end = name.find('/');
            for (std::size_t n = 0; n < wanted && end != name.npos; ++n) first = end + 1, end = name.find('/', first);
            if (end != name.npos) return name.substr(first, end - first);
            const std::string reason = "it is not in a folder that names its class";
            if (!skips) throw FileError((folder / name).string(), reason);
            std::fprintf(stderr, "denim: %s: %s; it is left out\n", (folder / name).string().c_str(), reason.c_str());
            return {};
        };
    }

    std::shared_ptr<const std::filesystem::path> folder_;
    std::shared_ptr<const NameList> names_;
    std::vector<std::int32_t> labels_;
    std::vector<std::uint32_t> places_ = {};
    Size size_;
    Unreadable unreadable_;
    PictureLimits limits_;
    bool selected_ = false;
    std::unique_ptr<State> state_;
};

}  // namespace denim::inline DENIM_TARGET
