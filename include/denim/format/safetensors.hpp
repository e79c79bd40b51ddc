// SPDX-License-Identifier: MIT
#pragma once

// Tensors by name in a file that is mapped into memory (https://github.com/huggingface/safetensors): 8 bytes length, a header
// in JSON, the bytes of the tensors one after the other.

#include <denim/format/byte_source.hpp>
#include <denim/format/file_kind.hpp>
#include <denim/format/memory_map.hpp>
#include <denim/format/safetensors_header.hpp>
#include <denim/machine/atomic_file.hpp>

#include <bit>

namespace denim::inline DENIM_TARGET {

static_assert(std::endian::native == std::endian::little,
              "denim: safetensors files are read where they lie, lowest byte first");

/// A safetensors file, open for reading. Nothing is copied: views point into the file.
class Safetensors {
public:
    /// The header that the file may have at most, as in the reference implementation.
    static constexpr std::uint64_t largest_header = 100'000'000;

    explicit Safetensors(const std::filesystem::path& path);
    /// A file that stands in memory that someone else keeps; `name` stands for it in messages.
    Safetensors(std::string name, std::span<const std::byte> memory) : name_(std::move(name)) { open(memory); }

    [[nodiscard]] const std::string& name() const { return name_; }
    /// In the order of their bytes.
    [[nodiscard]] const std::vector<TensorEntry>& tensors() const { return header_.tensors; }
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
    [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }

    /// A tensor where it lies, valid as long as this object. Files of other programs may leave it unaligned: see AnyArrayView.
    [[nodiscard]] AnyArrayView view(const TensorEntry& tensor) const {
        return {tensor.type, tensor.shape, data_.subspan(tensor.begin, tensor.end - tensor.begin)};
    }
    [[nodiscard]] AnyArrayView view(std::string_view name) const {
        const TensorEntry* const tensor = find(name);
        if (!tensor) throw FileError(name_, "a tensor " + detail::in_quotes(name) + " was expected, the file has " + names());
        return view(*tensor);
    }

private:
    void open(std::span<const std::byte> bytes) {
        if (bytes.size() < 8)
            throw FileError(name_, detail::sentence("a safetensors file was expected, it has ", bytes.size(), " bytes"));
        const auto length = detail::little_endian<std::uint64_t>(bytes.data());
        if (length > largest_header || length > bytes.size() - 8) {
            const std::string kind = detail::weights_kind(ByteSource{name_, bytes});
            if (!kind.empty()) throw FileError(name_, "a safetensors file was expected, this is " + kind);
            throw FileError(name_,
                            detail::sentence("a safetensors header of at most ", std::min(largest_header, bytes.size() - 8),
                                             " bytes was expected, it claims ", length));
        }
        data_ = bytes.subspan(8 + length);
        const std::string_view text{reinterpret_cast<const char*>(bytes.data()) + 8, length};
        header_ = read_safetensors_header(name_, text, data_.size());
        for (std::size_t i = 0; i < header_.tensors.size(); ++i) places_.emplace(header_.tensors[i].name, i);
    }
    [[nodiscard]] const TensorEntry* find(std::string_view name) const;
    [[nodiscard]] std::string names() const;

    std::string name_;
    MemoryMap map_;
    std::span<const std::byte> data_;
    SafetensorsHeader header_;
    std::map<std::string, std::size_t, std::less<>> places_;
};

/// Writes tensors and metadata as the reference implementation reads them: wide elements first, so that each tensor is aligned
/// for its type, else in the order given. Throws std::invalid_argument if two tensors have one name.
DENIM_ONCE void write_safetensors(const std::filesystem::path& path, const std::vector<NamedView>& tensors,
                              const std::map<std::string, std::string>& metadata = {});

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE void write_safetensors(const std::filesystem::path& path, const std::vector<NamedView>& tensors,
                              const std::map<std::string, std::string>& metadata) {
    std::vector<const NamedView*> ordered;
    for (const NamedView& tensor : tensors) ordered.push_back(&tensor);
    std::ranges::sort(ordered, [](const NamedView* left, const NamedView* right) {
        const std::size_t one = element_size(left->array.type), other = element_size(right->array.type);
        return one != other ? one > other : left < right;
    });
    SafetensorsHeader header{{}, metadata};
    std::map<std::string_view, bool> names;
    std::uint64_t at = 0;
    for (const auto* const tensor : ordered) {
        const auto& [name, array] = *tensor;
        if (name == "__metadata__" || !names.emplace(name, true).second)
            throw std::invalid_argument(path.string() + ": a tensor cannot be named " + detail::in_quotes(name) + " (twice)");
        header.tensors.push_back({name, array.type, array.shape, at, at + array.bytes.size()});
        at += array.bytes.size();
    }
    std::string text = safetensors_header(header);
    text.append((8 - text.size() % 8) % 8, ' ');
    if (text.size() > Safetensors::largest_header)
        throw std::invalid_argument(detail::sentence(path.string(), ": a header of at most ", Safetensors::largest_header,
                                                     " bytes was expected, this one has ", text.size()));
    AtomicFile file{path};
    const std::uint64_t length = text.size();
    file.write(std::as_bytes(std::span{&length, 1}));
    file.write(text);
    for (const auto* const tensor : ordered) file.write(tensor->array.bytes);
    file.commit();
}

DENIM_ONCE Safetensors::Safetensors(const std::filesystem::path& path)
    : name_(path.string()), map_(path) { open(map_.bytes()); }

DENIM_ONCE const TensorEntry* Safetensors::find(std::string_view name) const {
    const auto place = places_.find(name);
    return place == places_.end() ? nullptr : &header_.tensors[place->second];
}

DENIM_ONCE std::string Safetensors::names() const {
    std::string list;
    for (const auto& [name, place] : places_)
        if (list.size() < 500) list.append(list.empty() ? "" : ", ").append(detail::in_quotes(name));
    return list.empty() ? "none" : list;
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
