// What programs do with a client of /2010-04-01, each as steps: a name, or a name and the arguments of its call.
// node speak_2010.cjs CLIENT ADDRESS ACCOUNT SECRET PROGRAMS prints what comes of each in turn, or its error, as JSON.
const [kind, address, account, secret, programs] = process.argv.slice(2);

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

async function tried(steps) {
  try {
    return { answer: await carriedOut(MADE[kind](), steps) };
  } catch ({ status, code, message }) {
    return { error: { status, code, message } };
  }
}

async function all() {
  const outcomes = [];
  for (const steps of JSON.parse(programs)) outcomes.push(await tried(steps));
  console.log(JSON.stringify(outcomes));
}

all();
