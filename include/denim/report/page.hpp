// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/base64.hpp>
#include <denim/image/encode.hpp>
#include <denim/machine/atomic_file.hpp>
#include <denim/report/chart.hpp>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Light and dark by what the reader's system asks for; one column on a telephone.
inline constexpr std::string_view page_style = R"(
:root{color-scheme:light dark;--ground:#fff;--ink:#1c1e21;--soft:#5c636b;--line:#d8dce0;--card:#f5f7f9;
--c0:#1f6fb4;--c1:#d9632a;--c2:#2a9253;--c3:#b3395b;--c4:#7652b3;--c5:#8a6d1c;--c6:#16899b;--c7:#6b7178}
@media(prefers-color-scheme:dark){:root{--ground:#15181b;--ink:#e7eaed;--soft:#a2abb4;--line:#383f46;--card:#1e2327;
--c0:#68b0ee;--c1:#f39a68;--c2:#63c98a;--c3:#ef7d9c;--c4:#b598ef;--c5:#d9b95a;--c6:#5cc9d9;--c7:#a7aeb5}}
*{box-sizing:border-box}body{margin:0 auto;max-width:75rem;padding:1rem;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}h1{font-size:1.6rem;margin:.4rem 0}h2{font-size:1.2rem;margin:1.6rem 0 .5rem}
.soft,figcaption{color:var(--soft)}.row>figure:only-child{max-width:38rem}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem}
figure{margin:0;padding:.8rem;background:var(--card);border-radius:.5rem;min-width:0}figcaption{font-size:.9rem;margin-bottom:.3rem}
svg,img{display:block;width:100%;height:auto}.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}th{color:var(--soft);font-weight:600}
td:first-child,th:first-child{text-align:left;padding-left:0}.text{fill:var(--soft);font:14px system-ui,sans-serif}.axis{stroke:var(--soft);fill:none}
.grid{stroke:var(--line);fill:none}.line{fill:none;stroke-width:2}.legend{margin:.3rem 0 0;font-size:.9rem}.legend span{margin-right:1rem;white-space:nowrap}
.legend i{display:inline-block;width:.8rem;height:.8rem;border-radius:.2rem;background:var(--c);margin-right:.35rem}
.s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}.s5{--c:var(--c5)}.s6{--c:var(--c6)}.s7{--c:var(--c7)}
.line{stroke:var(--c)}.dot{fill:var(--c)}.photos{display:grid;grid-template-columns:repeat(auto-fill,minmax(8rem,1fr));gap:.8rem}
.photos figure{padding:.5rem}.photos img{background:#fff;border-radius:.3rem;object-fit:contain}
td:first-child{white-space:normal;overflow-wrap:anywhere;min-width:8.5rem}.wrong{color:var(--c3)}td:last-child{white-space:normal}
@media(prefers-color-scheme:dark){.row img{filter:brightness(.85)}}.row img{border-radius:.3rem}.wide,.row,.photos{margin:.8rem 0}.row .wide{margin:0}
@media(max-width:34rem){th,td{padding:.25rem .4rem;font-size:.85rem}.text{font-size:17px}.row figure{padding:.5rem}.row .wide>img{min-width:36rem}}
pre{overflow-x:auto;background:var(--card);padding:.8rem;border-radius:.5rem;font-size:.8rem}
)";

/// The predicted words, each that differs from the truth's in its place in the colour of mistakes.
inline std::string marked_words(std::string_view truth, std::string_view predicted) {
    constexpr std::string_view between = ", ";
    const auto next = [&](std::string_view& words) {
        const std::string_view word = words.substr(0, words.find(between));
        words.remove_prefix(std::min(words.size(), word.size() + between.size()));
        return word;
    };
    std::string marked;
    while (!predicted.empty()) {
        const std::string_view right = next(truth), word = next(predicted);
        marked += (marked.empty() ? "" : ", ") +
                  (word == right ? html_text(word) : "<span class=\"wrong\">" + html_text(word) + "</span>");
    }
    return marked;
}

}  // namespace detail

/// A page in one HTML file, without scripts, network or other files; readable in light and dark and on a telephone.
class Page {
public:
    explicit Page(std::string title) : title_(std::move(title)) {}

    void heading(std::string_view text) { body_ += "<h2>" + detail::html_text(text) + "</h2>\n"; }
    /// Lines stay lines.
    void paragraph(std::string_view text) {
        std::string lines = detail::html_text(text.substr(0, text.find_last_not_of('\n') + 1));
        for (std::size_t at = lines.find('\n'); at != lines.npos; at = lines.find('\n', at + 5)) lines.replace(at, 1, "<br>\n");
        body_ += "<p>" + lines + "</p>\n";
    }
    /// As it is, letters of equal width.
    void listing(std::string_view text) { body_ += "<pre>" + detail::html_text(text) + "</pre>\n"; }
    /// The first line is the header; the first column is text, the others numbers.
    void table(const std::vector<std::vector<std::string>>& lines) {
        body_ += "<div class=\"wide\"><table>\n";
        for (std::size_t row = 0; row < lines.size(); ++row) {
            body_ += "<tr>";
            for (const std::string& cell : lines[row])
                body_ += (row == 0 ? "<th>" : "<td>") + detail::html_text(cell) + (row == 0 ? "</th>" : "</td>");
            body_ += "</tr>\n";
        }
        body_ += "</table></div>\n";
    }
    /// Figures side by side where there is room; each comes from `line_chart` or `picture`.
    void figures(std::span<const std::string> all) {
        body_ += "<div class=\"row\">\n";
        for (const std::string& figure : all) body_ += figure;
        body_ += "</div>\n";
    }
    /// Small photographs in a grid; each comes from `photograph`.
    void photographs(std::span<const std::string> all) {
        body_ += "<div class=\"photos\">\n";
        for (const std::string& figure : all) body_ += figure;
        body_ += "</div>\n";
    }

    /// What it shows is told by its caption, and by `shown` (`describe_confusion`, say) for who does not see it.
    /// One of 600 pixels or more is not made smaller than 576 on a telephone, where its words could not be read: there it scrolls sideways.
    static std::string picture(const Picture& picture, std::string_view caption, std::string_view shown = {}) {
        const bool wide = picture.size.width >= 600;
        return "<figure><figcaption>" + detail::html_text(caption) + (wide ? "</figcaption><div class=\"wide\">" : "</figcaption>") +
               "<img alt=\"" + detail::html_text(shown) + "\" src=\"data:image/png;base64," + detail::to_base64(encode_png(picture)) +
               (wide ? "\"></div></figure>\n" : "\"></figure>\n");
    }
    /// What it shows, what it is taken for, and how surely; these words say all, so there is no other text for who does not see it. Of
    /// several words, "shoes, female, boots", those that are not the truth's in their place stand out.
    static std::string photograph(const Picture& picture, std::string_view truth, std::string_view predicted,
                                  double confidence) {
        return "<figure><img alt=\"\" src=\"data:image/jpeg;base64," + detail::to_base64(encode_jpeg(picture)) + "\"><figcaption>" +
               detail::html_text(truth) + "<br>" +
               detail::marked_words(truth, predicted) + ' ' + detail::decimals(confidence, 2) + "</figcaption></figure>\n";
    }

    /// One whose truth nobody knows: its name, and what it is taken for.
    static std::string photograph(const Picture& picture, std::string_view name, std::string_view words) {
        return "<figure><img alt=\"\" src=\"data:image/jpeg;base64," + detail::to_base64(encode_jpeg(picture)) +
               "\"><figcaption>" + detail::html_text(name) + "<br>" + detail::html_text(words) + "</figcaption></figure>\n";
    }

    [[nodiscard]] std::string text() const {
        const std::string title = detail::html_text(title_);
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
               "content=\"width=device-width,initial-scale=1\">\n<title>" +
               title + "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>" + std::string{detail::page_style} +
               "</style>\n</head>\n<body>\n<h1>" + title + "</h1>\n" + body_ + "</body>\n</html>\n";
    }
    /// The file appears whole or not at all; throws FileError.
    void write(const std::filesystem::path& path) const {
        AtomicFile file{path};
        file.write(text());
        file.commit();
    }

private:
    std::string title_, body_;
};

}  // namespace denim::inline DENIM_TARGET
