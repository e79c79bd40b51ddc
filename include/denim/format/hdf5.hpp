// SPDX-License-Identifier: MIT
#pragma once

// HDF5 files, as far as Keras writes weights to them: groups, arrays of fractions, attributes that are texts. The door to HDF5's library, which is
// not hardened against files made to harm: for trusted sources. What would load other files or plugins is refused.

#include <denim/format/any_array.hpp>
#include <denim/machine/file_error.hpp>

#include <hdf5.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Something of HDF5's library that is open, closed at the end.
class Hdf5Handle {
public:
    Hdf5Handle() = default;
    Hdf5Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
    Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(close_, other.close_);
        return *this;
    }
    ~Hdf5Handle() {
        if (id_ >= 0) close_(id_);
    }

    [[nodiscard]] hid_t get() const { return id_; }
    explicit operator bool() const { return id_ >= 0; }

private:
    hid_t id_ = -1;
    herr_t (*close_)(hid_t) = nullptr;
};

/// While it lives, HDF5's library prints nothing, loads no plugins and is called by one thread: it need not have been built for several.
class Hdf5Quiet {
public:
    Hdf5Quiet() : lock_(mutex()) {
        H5open();
        kept_print_ = H5Eget_auto2(H5E_DEFAULT, &print_, &argument_) >= 0;
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
        kept_plugins_ = H5PLget_loading_state(&plugins_) >= 0;
        H5PLset_loading_state(0);
    }
    ~Hdf5Quiet() {
        H5Eclear2(H5E_DEFAULT);
        if (kept_plugins_) H5PLset_loading_state(plugins_);
        if (kept_print_) H5Eset_auto2(H5E_DEFAULT, print_, argument_);
    }
    Hdf5Quiet(const Hdf5Quiet&) = delete;
    Hdf5Quiet& operator=(const Hdf5Quiet&) = delete;

private:
    static std::recursive_mutex& mutex() {
        static std::recursive_mutex one;
        return one;
    }

    std::unique_lock<std::recursive_mutex> lock_;
    H5E_auto2_t print_ = nullptr;
    void* argument_ = nullptr;
    unsigned plugins_ = 0;
    bool kept_print_ = false, kept_plugins_ = false;
};

}  // namespace detail

/// An HDF5 file that is open for reading, on the thread that opened it; another thread's waits until it is closed. Paths go from the root,
/// "layers/conv2d/vars/0". Throws FileError for what is no HDF5 file, for what is not there, and for links and numbers that stand in other files.
class Hdf5 {
public:
    explicit Hdf5(const std::filesystem::path& file) : name_(file.string()) {
        std::error_code error;
        size_ = std::filesystem::file_size(file, error);
        if (error) throw FileError(name_, "an HDF5 file was expected: " + error.message());
        file_ = {H5Fopen(name_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose};
        require_open();
    }
    /// From memory, which is copied; `name` stands for it in messages.
    Hdf5(std::string name, std::span<const std::byte> bytes) : name_(std::move(name)), size_(bytes.size()) {
        const detail::Hdf5Handle access{H5Pcreate(H5P_FILE_ACCESS), H5Pclose};
        if (!bytes.empty() && H5Pset_fapl_core(access.get(), std::size_t{1} << 16, false) >= 0 &&
            H5Pset_file_image(access.get(), const_cast<std::byte*>(bytes.data()), bytes.size()) >= 0)
            file_ = {H5Fopen(name_.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose};
        require_open();
    }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[noreturn]] void fail(std::string_view sentence) const { throw FileError(name_, sentence); }

    /// Whether there is a group or an array under this path.
    [[nodiscard]] bool has(std::string_view path) const { return static_cast<bool>(find(path)); }
    [[nodiscard]] bool is_array(std::string_view path) const { return H5Iget_type(open(path).get()) == H5I_DATASET; }

    /// What stands in a group, in the order of the letters; of an array nothing.
    [[nodiscard]] std::vector<std::string> names(std::string_view path) const {
        const detail::Hdf5Handle group = open(path);
        std::vector<std::string> all;
        if (H5Iget_type(group.get()) != H5I_GROUP) return all;
        H5G_info_t info{};
        if (H5Gget_info(group.get(), &info) < 0) damaged(path);
        for (hsize_t n = 0; n < info.nlinks; ++n) {
            const auto text = [&](char* to, std::size_t size) {
                return H5Lget_name_by_idx(group.get(), ".", H5_INDEX_NAME, H5_ITER_INC, n, to, size, H5P_DEFAULT);
            };
            const ssize_t length = text(nullptr, 0);
            if (length < 0 || length > 4096) damaged(path);
            std::string name(static_cast<std::size_t>(length) + 1, '\0');
            if (text(name.data(), name.size()) != length) damaged(path);
            name.pop_back();
            all.push_back(std::move(name));
        }
        return all;
    }

    [[nodiscard]] bool has_attribute(std::string_view path, const std::string& attribute) const {
        return H5Aexists(open(path).get(), attribute.c_str()) > 0;
    }

    /// The texts of an attribute, of one text one; an array without elements has no type and gives none.
    [[nodiscard]] std::vector<std::string> texts(std::string_view path, const std::string& attribute) const {
        const detail::Hdf5Handle object = open(path), found{H5Aopen(object.get(), attribute.c_str(), H5P_DEFAULT), H5Aclose};
        const std::string where = "the attribute " + detail::in_quotes(attribute) + " of " + detail::in_quotes(path) + ": ";
        if (!found) fail(where + "it was expected, there is none");
        const detail::Hdf5Handle space{H5Aget_space(found.get()), H5Sclose}, type{H5Aget_type(found.get()), H5Tclose};
        const hssize_t count = H5Sget_simple_extent_npoints(space.get());
        if (count == 0) return {};
        if (count < 0 || static_cast<std::uint64_t>(count) > size_) fail(where + "it is damaged");
        if (H5Tget_class(type.get()) != H5T_STRING) fail(where + "a text was expected, " + type_name(type.get()) + " came");
        std::vector<std::string> all;
        if (H5Tis_variable_str(type.get()) > 0) {
            std::vector<char*> pointers(static_cast<std::size_t>(count), nullptr);
            const bool read = H5Aread(found.get(), type.get(), pointers.data()) >= 0;
            for (char* const text : pointers) {
                if (read) all.emplace_back(text ? text : "");
                H5free_memory(text);
            }
            if (!read) fail(where + "it is damaged");
            return all;
        }
        const std::size_t length = H5Tget_size(type.get());
        if (length == 0 || length > size_ / static_cast<std::uint64_t>(count)) fail(where + "it is damaged");
        std::string letters(length * static_cast<std::size_t>(count), '\0');
        if (H5Aread(found.get(), type.get(), letters.data()) < 0) fail(where + "it is damaged");
        for (std::size_t at = 0; at < letters.size(); at += length) {
            const std::string text = letters.substr(at, length);
            all.push_back(text.substr(0, text.find('\0')));
        }
        return all;
    }

    /// The numbers of an array in C order: float64 as they are, float16 and float32 as float32. Others throw.
    [[nodiscard]] AnyArray read(std::string_view path) const {
        const detail::Hdf5Handle set = open(path);
        const auto refuse = [&](const std::string& sentence) { fail("array " + detail::in_quotes(path) + ": " + sentence); };
        if (H5Iget_type(set.get()) != H5I_DATASET) refuse("numbers were expected, this is a group");
        const detail::Hdf5Handle type{H5Dget_type(set.get()), H5Tclose}, space{H5Dget_space(set.get()), H5Sclose};
        const detail::Hdf5Handle made{H5Dget_create_plist(set.get()), H5Pclose};
        const std::size_t unit = type ? H5Tget_size(type.get()) : 0;
        if (!space || !made || unit == 0) refuse("it is damaged");
        if (H5Tget_class(type.get()) != H5T_FLOAT || unit > sizeof(double))
            refuse("numbers of float16, float32 or float64 were expected, " + type_name(type.get()) + " came");
        const H5D_layout_t layout = H5Pget_layout(made.get());
        if (H5Pget_external_count(made.get()) != 0 || (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED))
            refuse("numbers in this file were expected, they stand in others");
        const int rank = H5Sget_simple_extent_ndims(space.get());
        if (rank < 0 || H5Sget_simple_extent_type(space.get()) == H5S_NULL) refuse("an array with a shape was expected");
        std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
        if (rank > 0) H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
        const std::vector<std::size_t> shape(extents.begin(), extents.end());
        const auto count = checked_size(shape);
        // Compressed, they are at most 1,032 times as many bytes as the file has.
        const bool packed = H5Pget_nfilters(made.get()) != 0;
        if (!count || *count > (packed ? 1032 : 1) * size_ / unit)
            refuse("a file of " + std::to_string(size_) + " bytes does not hold the shape " + detail::shape_text(shape));
        if (!packed && H5Dget_storage_size(set.get()) < *count * unit) refuse("its numbers were never written");
        AnyArray array(unit > sizeof(float) ? ElementType::float64 : ElementType::float32, shape);
        const hid_t wanted = unit > sizeof(float) ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
        if (*count > 0 && H5Dread(set.get(), wanted, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.bytes.data()) < 0)
            refuse("its numbers cannot be read; the file is damaged, or packed by a filter that HDF5's library does not bring");
        return array;
    }

private:
    void require_open() const {
        if (!file_) fail("an HDF5 file was expected; this is another one, or damaged or cut");
    }
    [[noreturn]] void damaged(std::string_view path) const { fail("the group " + detail::in_quotes(path) + " is damaged"); }

    static std::string type_name(hid_t type) {
        const std::string bits = std::to_string(8 * H5Tget_size(type));
        switch (H5Tget_class(type)) {
            case H5T_FLOAT: return "float" + bits;
            case H5T_INTEGER: return (H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int") + bits;
            case H5T_STRING: return "a text";
            case H5T_ENUM: return "an enumeration (a boolean?)";
            case H5T_COMPOUND: return "a compound of numbers";
            default: return "another type";
        }
    }

    // Part by part, so that no link leads elsewhere unseen. Nothing where there is none.
    detail::Hdf5Handle find(std::string_view path) const {
        detail::Hdf5Handle at{H5Oopen(file_.get(), "/", H5P_DEFAULT), H5Oclose};
        for (std::string_view rest = path; at && !rest.empty();) {
            const std::string part{rest.substr(0, rest.find('/'))};
            rest.remove_prefix(std::min(part.size() + 1, rest.size()));
            if (part.empty()) continue;
            if (H5Iget_type(at.get()) != H5I_GROUP || H5Lexists(at.get(), part.c_str(), H5P_DEFAULT) <= 0) return {};
            H5L_info_t info{};
            if (H5Lget_info(at.get(), part.c_str(), &info, H5P_DEFAULT) < 0) return {};
            if (info.type != H5L_TYPE_HARD) fail(detail::in_quotes(path) + " is a link to another place, which is not followed");
            at = detail::Hdf5Handle{H5Oopen(at.get(), part.c_str(), H5P_DEFAULT), H5Oclose};
        }
        return at;
    }
    detail::Hdf5Handle open(std::string_view path) const {
        detail::Hdf5Handle found = find(path);
        if (!found) fail(detail::in_quotes(path) + " was expected in the file, there is none");
        return found;
    }

    detail::Hdf5Quiet quiet_;
    std::string name_;
    std::uint64_t size_ = 0;
    detail::Hdf5Handle file_;
};

}  // namespace denim::inline DENIM_TARGET
