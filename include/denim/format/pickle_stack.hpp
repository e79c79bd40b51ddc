// SPDX-License-Identifier: MIT
#pragma once

// The values of a pickle of Python's, and the stack on which its opcodes work.

#include <denim/format/byte_source.hpp>
#include <denim/format/element_type.hpp>

#include <array>
#include <bit>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// A value of a pickle. Values refer to each other, in circles too.
struct PickleValue {
    enum class Kind : std::uint8_t { none, boolean, integer, number, text, tuple, list, dictionary, function, storage, tensor };

    Kind kind = Kind::none;
    std::int64_t integer = 0;          ///< of a storage: how many elements; of a tensor: which of them is its first
    double number = 0;
    std::string text = {};             ///< of a function: "module.name"; of a storage: its key
    std::vector<PickleValue*> items = {};  ///< of a dictionary keys and values in turn; of a tensor its storage
    ElementType type = ElementType::float32;  ///< of a storage
    std::vector<std::size_t> shape = {}, strides = {};  ///< of a tensor, in elements

    /// Calls each(key, value) for the entries of a dictionary whose keys are texts.
    template <class Each>
    void each_entry(Each each) const {
        for (std::size_t n = 0; n + 1 < items.size(); n += 2)
            if (items[n]->kind == Kind::text) each(items[n]->text, *items[n + 1]);
    }
};

/// Takes bytes one after the other, and values from them.
class PickleStack {
protected:
    using Kind = PickleValue::Kind;

    /// `name` stands for the bytes in messages.
    PickleStack(std::span<const std::byte> bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

    void clear() {
        stack_.clear();
        marks_.clear();
        memo_.clear();
    }
    [[nodiscard]] std::size_t at() const { return at_; }

    // Bytes.
    [[noreturn]] void fail(std::string_view text) const {
        throw FileError(name_, sentence("byte ", at_ == 0 ? 0 : at_ - 1, " of the pickle: ", text));
    }
    std::span<const std::byte> take(std::size_t count) {
        if (count > bytes_.size() - at_) fail("it is cut");
        const auto part = bytes_.subspan(at_, count);
        at_ += count;
        return part;
    }
    template <class Unsigned>
    Unsigned number() {
        return little_endian<Unsigned>(take(sizeof(Unsigned)).data());
    }
    std::string line() {
        std::string text;
        for (char letter; (letter = static_cast<char>(take(1)[0])) != '\n';) text += letter;
        return text;
    }

    // The stack.
    PickleValue* add(Kind kind) {
        if (values_.size() == most_values) fail(sentence("more than ", most_values, " values"));
        return &values_.emplace_back(PickleValue{.kind = kind});
    }
    void push(Kind kind) { stack_.push_back(add(kind)); }
    void push_integer(Kind kind, std::int64_t value) {
        push(kind);
        stack_.back()->integer = value;
    }
    void push_long(std::size_t length) {
        const auto digits = take(length);
        if (length > 8) return push(Kind::none);  // the magic number of old files; none that weights need
        std::uint64_t value = length > 0 && (digits[length - 1] & std::byte{0x80}) != std::byte{} ? ~std::uint64_t{0} : 0;
        for (std::size_t n = length; n-- > 0;) value = value << 8 | static_cast<std::uint64_t>(digits[n]);
        push_integer(Kind::integer, static_cast<std::int64_t>(value));
    }
    void push_number() {
        std::array<std::byte, 8> turned{};
        std::ranges::reverse_copy(take(8), turned.begin());
        push(Kind::number);
        stack_.back()->number = std::bit_cast<double>(little_endian<std::uint64_t>(turned.data()));
    }
    void push_text(std::size_t length) {
        const auto letters = take(length);
        push(Kind::text);
        stack_.back()->text.assign(reinterpret_cast<const char*>(letters.data()), letters.size());
    }
    void push_items(Kind kind, std::size_t count) {
        PickleValue* const made = add(kind);
        move_items(*made, count);
        stack_.push_back(made);
    }
    void append(Kind kind, std::size_t count) {
        if (count >= stack_.size()) fail("a value to append to was expected");
        PickleValue& to = *stack_[stack_.size() - count - 1];
        if (to.kind != kind) fail(kind == Kind::list ? "a list was expected to append to" : "a dictionary was expected to put entries in");
        move_items(to, count);
    }
    void move_items(PickleValue& to, std::size_t count) {
        if (count > stack_.size()) fail("fewer values stand on the stack than it takes");
        if (to.kind == Kind::dictionary && count % 2 != 0) fail("a key without a value");
        to.items.insert(to.items.end(), stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
        stack_.resize(stack_.size() - count);
    }
    std::size_t since_mark() {
        if (marks_.empty() || marks_.back() > stack_.size()) fail("a mark was expected");
        const std::size_t count = stack_.size() - marks_.back();
        marks_.pop_back();
        return count;
    }
    PickleValue* pop() {
        if (stack_.empty()) fail("a value was expected on the stack");
        PickleValue* const top = stack_.back();
        stack_.pop_back();
        return top;
    }
    void put(std::uint32_t place) {
        if (stack_.empty()) fail("a value was expected on the stack");
        memo_[place] = stack_.back();
    }
    void put_next() { put(static_cast<std::uint32_t>(memo_.size())); }
    void get(std::uint32_t place) {
        const auto found = memo_.find(place);
        if (found == memo_.end()) fail(sentence("value ", place, " was not stored before"));
        stack_.push_back(found->second);
    }

    void mark() { marks_.push_back(stack_.size()); }
    void push_value(PickleValue& value) { stack_.push_back(&value); }
    [[nodiscard]] PickleValue& top() {
        if (stack_.empty()) fail("a value was expected on the stack");
        return *stack_.back();
    }

private:
    static constexpr std::size_t most_values = std::size_t{1} << 20;  // 30,000 tensors: what is said in a byte takes a hundred here

    std::span<const std::byte> bytes_;
    std::string name_;
    std::size_t at_ = 0;
    std::deque<PickleValue> values_;
    std::vector<PickleValue*> stack_;
    std::vector<std::size_t> marks_;
    std::map<std::uint32_t, PickleValue*> memo_;
};

}  // namespace denim::inline DENIM_TARGET::detail
