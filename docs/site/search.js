// SPDX-License-Identifier: MIT
// Searches the pages' sections and the names of the reference, in the reader's browser. The index is a script, so that it loads from files too.
"use strict";
(() => {
    const box = document.querySelector(".search input"), found = document.querySelector(".found"), root = box.dataset.root;
    let chosen = -1;
    document.querySelector(".contents-list [aria-current]")?.scrollIntoView({ block: "nearest" });

    const load = () => {
        if (window.denimIndex !== undefined) return;
        window.denimIndex = null;  // on its way
        const script = document.createElement("script");
        script.src = root + "search_index.js";
        script.onload = show;
        document.head.append(script);
    };

    // How well an entry answers: each word has to be there; a name weighs more than a heading, and that more than the text. A member
    // is no answer to its class's name alone.
    const score = (entry, words) => {
        const title = entry[0].toLowerCase(), text = entry[3].toLowerCase(), bare = title.split("::").pop();
        if (text === "member" && !words.some((word) => bare.includes(word))) return 0;
        let sum = /^denim::(kernel|simd)::/.test(title) ? -15 : 0;
        for (const word of words) {
            if (bare === word) sum += 100;
            else if (bare.startsWith(word)) sum += 40;
            else if (title.includes(word)) sum += 20;
            else if (text.includes(word)) sum += 3;
            else return 0;
        }
        return sum + (entry[2] === "" ? 0 : 5) - title.length / 100;
    };

    const around = (text, word) => {
        const at = Math.max(0, text.toLowerCase().indexOf(word) - 40);
        return (at > 0 ? "…" : "") + text.slice(at, at + 130);
    };

    const show = () => {
        found.replaceChildren();
        chosen = -1;
        const words = box.value.toLowerCase().split(/\s+/).filter((word) => word);
        if (words.length === 0 || !window.denimIndex) return;
        const answers = window.denimIndex.map((entry) => [score(entry, words), entry]).filter(([points]) => points > 0);
        answers.sort((a, b) => b[0] - a[0]);
        for (const [, [title, address, page, text]] of answers.slice(0, 20)) {
            const line = document.createElement("a"), small = document.createElement("small");
            line.href = root + address;
            line.textContent = title;
            small.textContent = page === "" ? text : page + (text ? ": " + around(text, words[0]) : "");
            line.append(small);
            found.append(line);
        }
        if (answers.length === 0) {
            const nothing = document.createElement("p");
            nothing.textContent = "Nothing has all of these words.";
            found.append(nothing);
        }
    };

    const choose = (step) => {
        const lines = found.querySelectorAll("a");
        if (lines.length === 0) return;
        if (chosen >= 0) lines[chosen].classList.remove("chosen");
        chosen = (chosen + step + lines.length) % lines.length;
        lines[chosen].classList.add("chosen");
        lines[chosen].scrollIntoView({ block: "nearest" });
    };

    box.addEventListener("focus", load);
    box.addEventListener("input", show);
    box.addEventListener("keydown", (event) => {
        if (event.key === "ArrowDown") choose(1);
        else if (event.key === "ArrowUp") choose(chosen < 0 ? 0 : -1);
        else if (event.key === "Enter") (found.querySelector("a.chosen") ?? found.querySelector("a"))?.click();
        else if (event.key === "Escape") (box.value = ""), show();
        else return;
        event.preventDefault();
    });
    document.addEventListener("click", (event) => event.target.closest(".search") || found.replaceChildren());
    document.addEventListener("keydown", (event) => {
        if (event.key !== "/" || /INPUT|TEXTAREA/.test(document.activeElement.tagName)) return;
        event.preventDefault();
        box.focus();
    });
})();
