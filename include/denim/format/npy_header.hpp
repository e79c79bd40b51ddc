// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/any_array.hpp>
#include <denim/format/byte_stream.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What stands in front of the elements of an npy file (numpy.lib.format).
struct NpyHeader {
    ElementType type = ElementType::float32;
    bool swapped = false;  // the elements have the other byte order than this machine
    bool fortran_order = false;
    std::vector<std::size_t> shape = {};

    /// Bytes of the elements.
    [[nodiscard]] std::size_t bytes() const { return detail::bytes_of(shape, type); }
};

namespace detail {

/// Reads the Python dictionary of an npy header: three keys in any order, and nothing but strings, True, False and tuples.
class NpyDictionary {
public:
    NpyDictionary(std::string_view text, const ByteStream& stream) : text_(text), stream_(stream) {}

    NpyHeader parse() {
        NpyHeader header;
        bool seen[3] = {};
        expect('{');
        while (!accept('}')) {
            const std::string_view key = string();
            expect(':');
            const std::size_t which = key == "descr" ? 0 : key == "fortran_order" ? 1 : key == "shape" ? 2 : 3;
            if (which == 3)
                stream_.fail("a key descr, fortran_order or shape was expected in the npy header, " + in_quotes(key) + " came");
            if (std::exchange(seen[which], true)) stream_.fail(in_quotes(key) + " stands twice in the npy header");
            if (which == 0) description(header);
            if (which == 1) header.fortran_order = truth();
            if (which == 2) header.shape = extents();
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        if (!text_.empty() && !only_spaces()) stream_.fail("the npy header goes on behind its dictionary");
        if (!(seen[0] && seen[1] && seen[2])) stream_.fail("the npy header lacks one of descr, fortran_order and shape");
        if (!checked_size(header.shape, element_size(header.type)))
            stream_.fail("the npy header's shape " + shape_text(header.shape) + " is too large for any memory");
        return header;
    }

private:
    void skip() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r\n"), text_.size())); }
    bool only_spaces() {
        skip();
        return text_.empty();
    }
    bool accept(char letter) {
        skip();
        if (text_.empty() || text_.front() != letter) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool accept(std::string_view word) {
        skip();
        if (!text_.starts_with(word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }
    void expect(char letter) {
        if (!accept(letter))
            stream_.fail(sentence("'", letter, "' was expected in the npy header, ", in_quotes(text_.substr(0, 20)), " came"));
    }
    std::string_view string() {
        skip();
        const char quote = text_.empty() ? '\0' : text_.front();
        const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, 1) : std::string_view::npos;
        if (end == std::string_view::npos)
            stream_.fail("a string was expected in the npy header, " + in_quotes(text_.substr(0, 20)) + " came");
        const std::string_view word = text_.substr(1, end - 1);
        text_.remove_prefix(end + 1);
        return word;
    }
    bool truth() {
        if (accept(std::string_view{"True"})) return true;
        if (!accept(std::string_view{"False"})) stream_.fail("fortran_order in the npy header is neither True nor False");
        return false;
    }
    std::vector<std::size_t> extents() {
        std::vector<std::size_t> shape;
        expect('(');
        while (!accept(')')) {
            shape.push_back(extent());
            if (shape.size() > 64) stream_.fail("the npy header's shape has more than 64 axes");
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return shape;
    }
    std::size_t extent() {
        skip();
        std::size_t value = 0, digits = 0;
        for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
            if (value > (std::size_t{1} << 63) / 10 - 1) stream_.fail("an extent in the npy header is beyond 2^63");
            value = value * 10 + static_cast<std::size_t>(text_[digits] - '0');
        }
        if (digits == 0)
            stream_.fail("an extent of 0 or more was expected in the npy header, " + in_quotes(text_.substr(0, 20)) + " came");
        text_.remove_prefix(digits);
        accept('L');  // Python 2's long
        return value;
    }
    void description(NpyHeader& header) {
        using enum ElementType;
        static constexpr std::pair<std::string_view, ElementType> known[] = {
            {"b1", boolean}, {"i1", int8},   {"i2", int16},  {"i4", int32},   {"i8", int64},   {"u1", uint8},
            {"u2", uint16},  {"u4", uint32}, {"u8", uint64}, {"f2", float16}, {"f4", float32}, {"f8", float64}};
        if (accept('[')) stream_.fail("an array of numbers was expected, one of records came");
        std::string_view code = string();
        const std::string_view whole = code;
        char order = '=';
        if (!code.empty() && std::string_view{"<>|="}.find(code.front()) != std::string_view::npos) {
            order = code.front();
            code.remove_prefix(1);
        }
        const auto* const found = std::ranges::find(known, code, &std::pair<std::string_view, ElementType>::first);
        if (found == std::end(known) || (order == '|' && code.back() != '1'))
            stream_.fail("bool, an integer or a float of 16, 32 or 64 bits was expected, numpy's type " + in_quotes(whole) +
                         " came");
        header.type = found->second;
        header.swapped = order == (std::endian::native == std::endian::little ? '>' : '<');
    }

    std::string_view text_;
    const ByteStream& stream_;
};

}  // namespace detail

/// Reads the header at the beginning of the stream, version 1, 2 or 3; afterwards the elements come.
inline NpyHeader read_npy_header(detail::ByteStream& stream) {
    std::array<std::byte, 8> start{};
    stream.read(start);
    static constexpr std::string_view magic = "\x93NUMPY";
    if (!std::equal(magic.begin(), magic.end(), start.begin(), [](char a, std::byte b) { return std::byte(a) == b; }))
        stream.fail("an npy file was expected, its first bytes are not those of one");
    const auto major = std::to_integer<int>(start[6]), minor = std::to_integer<int>(start[7]);
    if (major < 1 || major > 3 || minor != 0)
        stream.fail(
            detail::sentence("an npy file of version 1.0, 2.0 or 3.0 was expected, version ", major, '.', minor, " came"));
    std::array<std::byte, 4> length{};
    stream.read(std::span{length}.first(major == 1 ? 2 : 4));
    const auto size = detail::little_endian<std::uint32_t>(length.data());
    if (size > 65536) stream.fail(detail::sentence("an npy header of at most 65536 bytes was expected, it says ", size));
    std::string text(size, '\0');
    stream.read(std::as_writable_bytes(std::span{text}));
    return detail::NpyDictionary{text, stream}.parse();
}

/// The header, version 1, exactly as numpy.save writes it: spaces up to a multiple of 64 bytes, room for the first extent to
/// grow. Throws std::invalid_argument for bfloat16, which numpy does not have.
inline std::string npy_header(ElementType type, const std::vector<std::size_t>& shape) {
    static constexpr std::string_view codes[] = {"|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2",
                                                 "<u4", "<u8", "<f2", "",    "<f4", "<f8"};
    if (type == ElementType::bfloat16) throw std::invalid_argument("npy files have no bfloat16: use float32 or safetensors");
    if (shape.size() > 64) throw std::invalid_argument("npy files have at most 64 axes");
    std::string code{codes[static_cast<std::size_t>(type)]}, extents = "(";
    if (std::endian::native == std::endian::big && code[0] == '<') code[0] = '>';
    for (const std::size_t extent : shape) extents += std::to_string(extent) + ", ";
    if (shape.size() > 1) extents.resize(extents.size() - 2);
    if (shape.size() == 1) extents.pop_back();
    std::string text = "{'descr': '" + code + "', 'fortran_order': False, 'shape': " + extents + "), }";
    if (!shape.empty()) text.append(21 - std::to_string(shape[0]).size(), ' ');
    text.append(63 - (text.size() + 10) % 64, ' ').push_back('\n');
    return std::string{"\x93NUMPY\x01\x00", 8} + static_cast<char>(text.size() % 256) + static_cast<char>(text.size() / 256) +
           text;
}

}  // namespace denim::inline DENIM_TARGET
