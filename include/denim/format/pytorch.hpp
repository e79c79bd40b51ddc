// SPDX-License-Identifier: MIT
#pragma once

// Weights as torch.save writes them, .pt and .pth: a zip archive with a pickle and the numbers of each storage, or before PyTorch 1.6 pickles
// and numbers one behind another. Read without Python; nothing of the file is ever run.

#include <denim/format/any_array.hpp>
#include <denim/format/pickle.hpp>
#include <denim/format/zip_directory.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The tensors of a state dict, open for reading: `read` takes one from the file. A file of several dictionaries (a checkpoint
/// of training) gives the one named "state_dict", "model_state_dict" or "model", or the only one that holds tensors. Throws FileError for
/// what is no such file, for calls of Python's that weights do not need, for numbers that are not there, and for the order of bytes of other machines.
class PyTorchWeights {
public:
    explicit PyTorchWeights(ByteSource source) : source_(std::make_unique<const ByteSource>(std::move(source))) {
        std::array<std::byte, 2> begin{};
        if (source_->size() >= begin.size()) source_->read(0, begin);
        const detail::PickleValue& all = begin == std::array{std::byte{'P'}, std::byte{'K'}} ? open_archive() : open_old();
        take_dictionary(state_dict_of(all));
    }

    /// In the order of the file, which is that of the model's modules.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

    /// Tensor number `index`, in C order.
    [[nodiscard]] AnyArray read(std::size_t index) const {
        const detail::PickleValue& tensor = *tensors_.at(index);
        const detail::PickleValue& storage = *tensor.items[0];
        const std::string name = source_->name() + ", tensor " + detail::in_quotes(names_[index]);
        const std::size_t count = checked_count(tensor, storage, name), unit = element_size(storage.type);
        AnyArray array(storage.type, tensor.shape);
        if (count == 0) return array;
        const std::size_t reach = reach_of(tensor, storage, name), first = static_cast<std::size_t>(tensor.integer);
        std::vector<std::byte> apart;
        if (reach != count) apart.resize(reach * unit);
        read_storage(storage, name, first * unit, reach == count ? std::span{array.bytes} : std::span{apart});
        if (!in_order(tensor)) {
            if (reach == count) apart = array.bytes;
            std::vector<std::size_t> index_of(tensor.shape.size());
            for (std::size_t n = 0; n < count; ++n) {
                std::size_t from = 0;
                for (std::size_t axis = 0; axis < index_of.size(); ++axis) from += index_of[axis] * tensor.strides[axis];
                std::copy_n(apart.begin() + static_cast<std::ptrdiff_t>(from * unit), unit, array.bytes.begin() + static_cast<std::ptrdiff_t>(n * unit));
                for (std::size_t axis = index_of.size(); axis-- > 0 && ++index_of[axis] == tensor.shape[axis];) index_of[axis] = 0;
            }
        }
        return array;
    }

private:
    using Value = detail::PickleValue;
    using Kind = Value::Kind;

    // A pickle "NAME/data.pkl", and an entry "NAME/data/KEY" for each storage.
    const Value& open_archive() {
        directory_.emplace(*source_);
        const auto pickle = std::ranges::find_if(directory_->entries(), [](const auto& entry) { return entry.name.ends_with("/data.pkl"); });
        if (pickle == directory_->entries().end()) source_->fail("a file of torch.save was expected, this zip archive has no data.pkl");
        folder_ = pickle->name.substr(0, pickle->name.size() - std::string_view{"data.pkl"}.size());
        if (entry("constants.pkl")) 
            source_->fail("weights were expected, this is a TorchScript file; torch.save(model.state_dict(), ...) writes weights");
        if (const detail::ZipEntry* order = entry("byteorder")) {
            const std::vector<std::byte> text = unpacked(*order, "byteorder");
            if (std::string_view{reinterpret_cast<const char*>(text.data()), text.size()} != "little")
                source_->fail("numbers in little endian were expected, big endian came");
        }
        pickled_ = unpacked(*pickle, "data.pkl");
        return read_pickle();
    }
    [[nodiscard]] const detail::ZipEntry* entry(std::string_view name) const { return directory_->find(std::string_view{folder_ + std::string{name}}); }
    std::vector<std::byte> unpacked(const detail::ZipEntry& entry, std::string_view what) const {
        const auto stream = detail::ZipDirectory::open(*source_, entry, source_->name() + ", " + std::string{what});
        if (stream->size() > std::size_t{1} << 30) stream->fail("less than 1 GB was expected");
        std::vector<std::byte> bytes(static_cast<std::size_t>(stream->size()));
        stream->read(bytes);
        return bytes;
    }
    const Value& read_pickle() {
        reader_ = std::make_unique<detail::PickleReader>(pickled_, source_->name());
        return reader_->read();
    }

    // Pickles of a magic number, a version, facts of the system, the object and the storages' keys; then each storage, its size in front.
    const Value& open_old() {
        static constexpr std::array<unsigned char, 14> magic{0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
        pickled_.resize(static_cast<std::size_t>(source_->size()));
        source_->read(0, pickled_);
        if (pickled_.size() < magic.size() || !std::ranges::equal(magic, std::span{pickled_}.first(magic.size()), {}, {},
                                                                  [](std::byte byte) { return static_cast<unsigned char>(byte); }))
            source_->fail("a file of torch.save was expected, neither a zip archive nor PyTorch's number in front came");
        read_pickle();
        reader_->read();
        const Value& system = reader_->read();
        system.each_entry([&](const std::string& name, const Value& value) {
            if (name == "little_endian" && value.integer == 0) source_->fail("numbers in little endian were expected, big endian came");
        });
        const Value &all = reader_->read(), &keys = reader_->read();
        std::map<std::string_view, std::size_t> units;  // bytes of an element of a storage that some tensor names
        for (const Value* tensor : tensors_in(all)) units[tensor->items[0]->text] = element_size(tensor->items[0]->type);
        std::size_t at = reader_->position();
        for (const Value* key : keys.items) {
            const auto known = units.find(key->text);
            const std::size_t unit = known == units.end() ? 1 : known->second;
            if (pickled_.size() - at < 8) source_->fail("the file ends before its last storage");
            const auto elements = detail::little_endian<std::uint64_t>(pickled_.data() + at);
            const std::size_t begin = at + 8;
            if (elements > (pickled_.size() - begin) / unit) source_->fail("storage " + detail::in_quotes(key->text) + " is cut");
            at = begin + static_cast<std::size_t>(elements) * unit;
            storages_[key->text] = std::span{pickled_}.subspan(begin, at - begin);
        }
        return all;
    }

    // All that stand somewhere in a value.
    static std::vector<const Value*> tensors_in(const Value& value) {
        std::vector<const Value*> found, left{&value};
        std::set<const Value*> seen;
        while (!left.empty()) {
            const Value* const next = left.back();
            left.pop_back();
            if (!seen.insert(next).second) continue;
            if (next->kind == Kind::tensor)
                found.push_back(next);
            else
                left.insert(left.end(), next->items.begin(), next->items.end());
        }
        return found;
    }

    // The dictionary of tensors.
    const Value& state_dict_of(const Value& all) const {
        const Value* at = &all;
        for (std::size_t depth = 0; depth < deepest; ++depth) {
            if (at->kind != Kind::dictionary) break;
            std::vector<std::pair<std::string, const Value*>> inner;
            bool tensors = false;
            at->each_entry([&](const std::string& name, const Value& value) {
                if (value.kind == Kind::tensor) tensors = true;
                if (value.kind == Kind::dictionary && !tensors_in(value).empty()) inner.emplace_back(name, &value);
            });
            if (tensors && inner.empty()) return *at;
            if (inner.empty()) break;
            auto chosen = inner.end();
            for (const std::string_view known : {"state_dict", "model_state_dict", "model"})
                if (chosen == inner.end()) chosen = std::ranges::find(inner, known, &std::pair<std::string, const Value*>::first);
            if (chosen == inner.end() && (inner.size() > 1 || tensors)) {
                std::string list;
                for (const auto& each : inner) list += (list.empty() ? "" : ", ") + detail::in_quotes(each.first);
                source_->fail("one dictionary of tensors was expected, or one named 'state_dict' or 'model'; it has " +
                              list + (tensors ? " beside tensors" : ""));
            }
            at = chosen == inner.end() ? inner[0].second : chosen->second;
        }
        source_->fail("a dictionary of tensors was expected, as torch.save(model.state_dict(), ...) writes it, " + text_of(all) + " came");
    }
    // What came in place of what was expected.
    static std::string text_of(const Value& value) {
        static constexpr std::array<std::string_view, 11> kinds{"nothing", "a truth value", "a number",   "a number",  "a text", "a tuple",
                                                                "a list",  "a dictionary",  "a function", "a storage", "one tensor"};
        std::string text{kinds[static_cast<std::size_t>(value.kind)]};
        if (value.kind != Kind::dictionary) return text;
        std::string keys;
        value.each_entry([&](const std::string& name, const Value&) {
            if (keys.size() < 200) keys += (keys.empty() ? " of " : ", ") + detail::in_quotes(name);
        });
        return text + (keys.empty() ? " of nothing" : keys);
    }
    void take_dictionary(const Value& dictionary) {
        std::set<std::string> known;
        dictionary.each_entry([&](const std::string& name, const Value& value) {
            if (value.kind != Kind::tensor) return;
            if (!known.insert(name).second) source_->fail("it has two tensors " + detail::in_quotes(name));
            names_.push_back(name);
            tensors_.push_back(&value);
        });
    }

    // Numbers.
    static std::size_t checked_count(const Value& tensor, const Value& storage, const std::string& name) {
        const auto count = checked_size(tensor.shape);
        if (!count || *count > static_cast<std::size_t>(storage.integer))
            throw FileError(name, detail::sentence("a storage of ", storage.integer, " elements does not hold the shape ", detail::shape_text(tensor.shape)));
        return *count;
    }
    // Elements from the first to the last.
    static std::size_t reach_of(const Value& tensor, const Value& storage, const std::string& name) {
        const auto elements = static_cast<std::size_t>(storage.integer);
        std::size_t last = 0;
        bool inside = static_cast<std::size_t>(tensor.integer) < elements;
        for (std::size_t axis = 0; axis < tensor.shape.size() && inside; ++axis) {
            const std::size_t steps = tensor.shape[axis] - 1;
            inside = steps == 0 || tensor.strides[axis] <= (elements - 1 - last) / steps;
            if (inside) last += steps * tensor.strides[axis];
        }
        if (!inside || last >= elements - static_cast<std::size_t>(tensor.integer))
            throw FileError(name, detail::sentence("it reaches beyond its storage of ", elements, " elements"));
        return last + 1;
    }
    static bool in_order(const Value& tensor) {
        std::size_t expected = 1;
        for (std::size_t axis = tensor.shape.size(); axis-- > 0; expected *= tensor.shape[axis])
            if (tensor.shape[axis] != 1 && tensor.strides[axis] != expected) return false;
        return true;
    }
    void read_storage(const Value& storage, const std::string& name, std::size_t offset, std::span<std::byte> to) const {
        if (!directory_) {
            const auto found = storages_.find(storage.text);
            if (found == storages_.end() || offset > found->second.size() || to.size() > found->second.size() - offset)
                throw FileError(name, "its storage " + detail::in_quotes(storage.text) + " is shorter than the tensor");
            std::ranges::copy(found->second.subspan(offset, to.size()), to.begin());
            return;
        }
        const detail::ZipEntry* const numbers = entry("data/" + storage.text);
        if (!numbers) throw FileError(name, "its storage " + detail::in_quotes(storage.text) + " is not in the file");
        const auto stream = detail::ZipDirectory::open(*source_, *numbers, name);
        if (offset > stream->size() || to.size() > stream->size() - offset) stream->fail("its storage is shorter than the tensor");
        stream->seek(offset);
        stream->read(to);
    }

    static constexpr std::size_t deepest = 8;  // dictionaries within each other; they may stand in circles

    std::unique_ptr<const ByteSource> source_;
    std::optional<detail::ZipDirectory> directory_;
    std::string folder_;
    std::vector<std::byte> pickled_;  // of an old file all of it
    std::map<std::string, std::span<const std::byte>, std::less<>> storages_;
    std::unique_ptr<detail::PickleReader> reader_;
    std::vector<std::string> names_;
    std::vector<const Value*> tensors_;
};

}  // namespace denim::inline DENIM_TARGET
