// What a program does with a client of /2010-04-01, as steps: each a name, or a name and the arguments of its call.
// node speak_2010.cjs CLIENT ADDRESS ACCOUNT SECRET STEPS prints what comes of them, or the error, as JSON.
const [kind, address, account, secret, steps] = process.argv.slice(2);

const MADE = {
  twilio() {
    const twilio = require("twilio");
    const client = twilio(account, secret);
    client.api.baseUrl = address;
    return client;
  },
  signalwire() {
    const { RestClient } = require("@signalwire/compatibility-api");
    const client = RestClient(account, secret, { signalwireSpaceUrl: new URL(address).host });
    client.api.baseUrl = address;
    return client;
  },
};

async function carriedOut(value, [step, ...rest]) {
  if (step === undefined) return value;
  const [name, ...given] = Array.isArray(step) ? step : [step];
  const found = await value;
  return carriedOut(Array.isArray(step) ? found[name](...given) : found[name], rest);
}

carriedOut(MADE[kind](), JSON.parse(steps)).then(
  (answer) => console.log(JSON.stringify({ answer })),
  ({ status, code, message }) => console.log(JSON.stringify({ error: { status, code, message } })),
);
