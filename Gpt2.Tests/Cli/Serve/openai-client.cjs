// What the official client of the completions API makes of a server: prints one line of JSON.
// node openai-client.cjs FOLDER ADDRESS, where FOLDER has node_modules/openai.
const { createRequire } = require('node:module');
const path = require('node:path');

const [folder, address] = process.argv.slice(2);
const OpenAI = createRequire(path.join(folder, 'package.json'))('openai');
const client = new OpenAI.OpenAI({ apiKey: 'unused', baseURL: address + '/v1', maxRetries: 0 });

/** The status, code and field of the error that a call ends with. */
async function errorOf(call) {
    try {
        await call();
        return null;
    } catch (error) {
        return { name: error.constructor.name, status: error.status, code: error.code, param: error.param, message: error.message };
    }
}

async function main() {
    const asked = { model: 'small', prompt: 'abc', max_tokens: 12, seed: 5, logprobs: 2, n: 2 };
    const completion = await client.completions.create(asked);
    const streamed = ['', ''];
    const finish = [];
    for await (const part of await client.completions.create({ ...asked, stream: true })) {
        for (const choice of part.choices) {
            streamed[choice.index] += choice.text;
            finish[choice.index] = choice.finish_reason ?? finish[choice.index];
        }
    }

    const messages = [{ role: 'system', content: 'x' }, { role: 'user', content: [{ type: 'text', text: 'abc' }] }];
    const said = { model: 'small', messages, max_completion_tokens: 12, seed: 5, n: 2 };
    const chat = await client.chat.completions.create(said);
    const chatStreamed = ['', ''];
    for await (const part of await client.chat.completions.create({ ...said, stream: true })) {
        for (const choice of part.choices) {
            chatStreamed[choice.index] += choice.delta.content ?? '';
        }
    }

    const models = [];
    for await (const model of client.models.list()) {
        models.push(model.id);
    }

    const aborted = await client.completions.create({ model: 'small', prompt: 'on and on', temperature: 0, max_tokens: 1000000000, stream: true });
    for await (const part of aborted) {
        aborted.controller.abort();
        break;
    }

    console.log(JSON.stringify({
        completion,
        streamed,
        finish,
        chat,
        chatStreamed,
        wrongRole: await errorOf(() => client.chat.completions.create({ ...said, messages: [{ role: 'assistant', content: 'abc' }] })),
        models,
        model: (await client.models.retrieve('small')).id,
        unknownModel: await errorOf(() => client.completions.create({ ...asked, model: 'gpt-4' })),
        wrongField: await errorOf(() => client.completions.create({ ...asked, temperature: 'hot' })),
    }));
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
