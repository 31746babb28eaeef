// What the page of the JavaScript edition makes of vocabulary files, by its rules and not by its code: lines end at line feeds; two quotes
// are one and a single one says whether commas belong to the cell; the last cell is trimmed and no other; a word is split into UTF-16
// units; of neighbours the highest score merges first, the leftmost of equals; a pair is looked up as its sides with a comma between.
// node javascript-page.cjs FOLDER, prompts as a JSON array on standard input; prints their ids as JSON, null where a token has none.
const fs = require('node:fs');
const path = require('node:path');

function cellsOf(line) {
    const cells = [];
    let cell = '';
    let commasBelong = false;
    for (const [piece] of line.matchAll(/""|[",]|[^",]+/g)) {
        if (piece === '"') {
            commasBelong = !commasBelong;
        } else if (piece === ',' && !commasBelong) {
            cells.push(cell);
            cell = '';
        } else {
            cell += piece === '""' ? '"' : piece;
        }
    }

    return [...cells, cell.trim()];
}

const rowsOf = file => fs.readFileSync(path.join(process.argv[2], file), 'utf8').split('\n').map(cellsOf).filter(cells => cells.join('') !== '');
const scoreOf = new Map(rowsOf('vocab_bpe.csv').slice(1).map(([left, right, , score]) => [left + ',' + right, Number(score)]));
const idOf = new Map(rowsOf('bpe_token_ids.csv').map(([token, id]) => [token, Number(id)]));
const words = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

function idsOf(word) {
    const parts = word.split('');
    for (;;) {
        let best = -1;
        let highest = 0;
        for (let i = 0; i + 1 < parts.length; i++) {
            const score = scoreOf.get(parts[i] + ',' + parts[i + 1]) ?? 0;
            if (score > highest) {
                [best, highest] = [i, score];
            }
        }

        if (best < 0) {
            return parts.map(part => idOf.get(part) ?? null);
        }

        parts.splice(best, 2, parts[best] + parts[best + 1]);
    }
}

const prompts = JSON.parse(fs.readFileSync(0, 'utf8'));
console.log(JSON.stringify(prompts.map(prompt => (prompt.match(words) ?? []).flatMap(idsOf))));
