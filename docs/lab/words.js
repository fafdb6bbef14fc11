// Everything that the page says, in English and Korean.

const ENGLISH = {
  title: "How weights begin",
  lead: "Ten layers or two, one choice before the first step: watch what it does to cost, activations and gradients.",
  other: "한국어",
  theme: "Light or dark",
  help: "Help",
  intro:
    "A network of 32 units a layer learns three arms of a spiral: 600 steps of gradient descent, rate 0.02, momentum " +
    "0.9, biases 0. Only the start differs. Choose one, look at the pictures before the first step, predict, play.",
  scheme: "Start",
  schemes: {
    constant: "constant",
    alexnet: "AlexNet 0.01",
    normal: "Gaussian",
    uniform: "uniform",
    xavier: "Xavier",
    he: "He",
  },
  scale: "Deviation of the weights",
  constant: "Value of every weight",
  activation: "Activation",
  activations: { sigmoid: "sigmoid", tanh: "tanh", relu: "relu" },
  depth: "Hidden layers",
  drawn: (deviation) => `The weights between hidden layers have the deviation ${deviation}; 1/√32 is 0.177.`,
  predict: "Predict: will it have learned?",
  evidence: "The pictures show the network before its first step.",
  guesses: { yes: "yes: 90 % or more are right", part: "in part", no: "no: it guesses, or breaks down" },
  onlyLook: "I only want to look",
  first: "To the start",
  back: "One frame back",
  next: "One frame on",
  last: "To the end",
  play: "Play",
  pause: "Pause",
  position: "Step of the training",
  costTitle: "Cost, log scale",
  boundaryTitle: "What the network says where",
  activationsTitle: "Activations by layer, from the input down",
  gradientsTitle: "Gradient by layer, log scale, from the input down",
  guessing: "guessing: ln 3 = 1.10",
  steps: "step",
  old: "dashed: the run before",
  costLabel: (loss, step) => `The cost is ${loss} at step ${step}`,
  planeLabel: (right) => `The plane with its three classes; ${right} of the samples are right`,
  planeKey: "letters: the network's class; marks ● A ▲ B ■ C: the samples",
  spread: (deviation, ends) => `±${deviation} · ${ends}`,
  spreadKey: { sigmoid: "spread, saturated", tanh: "spread, saturated", relu: "spread, zeros (not drawn)" },
  activationsLabel: (first, last) => `The activations spread by ${first} in the first layer, by ${last} in the last`,
  out: "out",
  verdicts: { vanishing: "vanishing", exploding: "exploding", zero: "", "not finite": "not finite", ok: "" },
  gradientsLabel: (first, last) => `The rms gradient is ${first} in the first layer, ${last} in the last`,
  said: (step, loss, right) => `step ${step} of 600: cost ${loss}, ${right} right`,
  chooseFirst: "Predict first (1, 2, 3), or say that you only want to look (4). Then play.",
  score: (right, all) => `Predictions so far: ${right} of ${all} right.`,
  right: "You predicted it.",
  wrong: "You predicted otherwise.",
  results: {
    yes: (cost, right) => `It learned: ${right} right, cost ${cost}.`,
    part: (cost, right) => `It learned in part: ${right} right, cost ${cost}.`,
    no: (cost, right) => `It did not learn: ${right} right, where guessing gives 33 %; cost ${cost}.`,
    broken: () => "It broke down: the cost is not a number any more.",
  },
  causes: {
    symmetric: () =>
      "All units of a layer began alike. They get the same gradient and stay copies of one another: the network is " +
      "one unit wide. Random numbers break the symmetry.",
    vanishing: (r) =>
      `Before the first step the gradient is ${number(r.gradients[0].at(-1))} at the output and ` +
      `${number(r.gradients[0][0])} in the first layer: on its way back it vanishes, and the early layers stand still.`,
    exploding: (r) =>
      `Before the first step the gradient is ${number(r.gradients[0].at(-1))} at the output and ` +
      `${number(r.gradients[0][0])} in the first layer; the signal spreads from ${number(r.deviations[0][0])} to ` +
      `${number(r.deviations[0].at(-1))}. Weights this large magnify what passes: it explodes.`,
    saturated: (r, ends) =>
      `Up to ${ends} of a layer's outputs stand at the ends of their range, where the slope is nearly 0: saturated.`,
    starved: (r) =>
      `In the last hidden layer the activations spread by ${number(r.deviations[0].at(-1))} only (in the first by ` +
      `${number(r.deviations[0][0])}): what comes out hardly depends on what goes in.`,
    dead: () => "Many units give 0 for every sample. Nothing flows back through a relu that is 0: they are dead.",
  },
  healthy: (r) =>
    `From the first layer to the last the signal keeps its size (a spread of ${number(r.deviations[0][0])}, then ` +
    `${number(r.deviations[0].at(-1))}), and so does the gradient: a start of the right size.`,
  slow:
    "Nothing is grossly wrong at the start, and yet 600 steps were not enough. More of them would help, or a start " +
    "nearer to the deviation that keeps the signal: 1/√32 for tanh, 1/√16 for relu; sigmoids want more.",
  anyway: "And yet it learned: training made up for the start.",
  shaken: "The start was sound; it is the learning rate that is too large for a network this deep.",
  keys: [
    ["Space", "play, pause"],
    ["→ ←", "one frame on, back"],
    ["Home End", "before the first step, after the last"],
    ["1 2 3 4", "predict: yes, in part, no; only look"],
    ["t", "light or dark"],
    ["l", "Korean"],
    ["?", "this help"],
  ],
  helpTitle: "How to read it",
  helpText: [
    "Activations: a histogram for each hidden layer. A start of the right size keeps its width from layer to layer; " +
      "too small, it narrows to a spike; too large, it piles up at the ends. Beside it: the spread, and the share " +
      "that is saturated (beyond 0.97 for tanh, 0.015 from an end for sigmoid) or exactly 0 (relu; the histogram " +
      "leaves these out).",
    "Gradients: the rms of each layer's gradient on the first 32 samples. ▼ vanishing: below 1/10000 of the last " +
      "layer's; ▲ exploding: above 1000 times it; ○ exactly 0; ✕ not a number.",
    "The plane: letters say which class the network gives there, paler ground is less sure. The cost is over all 300 " +
      "samples.",
    "All numbers were recorded with chainrule's own engine; nothing is computed here, and nothing is loaded. " +
      "python docs/make_lab.py records them anew. Lesson 6 has the same experiments in the shell.",
    "After: Katanforoosh and Kunin, Initializing neural networks, deeplearning.ai (2019).",
  ],
  close: "Close",
};

const KOREAN = {
  title: "가중치의 시작",
  lead: "층이 열이든 둘이든, 첫 단계 앞에 고를 것은 하나. 그 하나가 비용과 활성값과 경사도를 어떻게 바꾸는지 본다.",
  other: "English",
  theme: "밝게, 어둡게",
  help: "도움말",
  intro:
    "한 층에 노드 32개인 신경망이 세 갈래 나선을 배운다. 학습률 0.02, 탄력 0.9, 편향 0으로 경사 하강 600단계. 다른 것은 " +
    "시작뿐이다. 하나를 골라 첫 단계 전의 그림을 보고, 예측한 다음 재생한다.",
  scheme: "시작",
  schemes: {
    constant: "상수",
    alexnet: "AlexNet 0.01",
    normal: "가우시안",
    uniform: "균일 분포",
    xavier: "Xavier",
    he: "He",
  },
  scale: "가중치의 표준편차",
  constant: "모든 가중치의 값",
  activation: "활성함수",
  activations: { sigmoid: "시그모이드", tanh: "tanh", relu: "ReLU" },
  depth: "은닉층의 수",
  drawn: (deviation) => `은닉층 사이 가중치의 표준편차는 ${deviation}이다. 1/√32은 0.177이다.`,
  predict: "예측: 600단계 뒤에 배웠을까?",
  evidence: "그림은 첫 단계를 밟기 전의 신경망이다.",
  guesses: { yes: "배운다: 90 % 이상 맞힌다", part: "얼마쯤 배운다", no: "못 배운다: 찍거나 망가진다" },
  onlyLook: "보기만 하겠다",
  first: "처음으로",
  back: "한 장면 뒤로",
  next: "한 장면 앞으로",
  last: "끝으로",
  play: "재생",
  pause: "멈춤",
  position: "학습 단계",
  costTitle: "비용 (로그 눈금)",
  boundaryTitle: "신경망이 자리마다 말하는 부류",
  activationsTitle: "층별 활성값 (위가 입력 쪽)",
  gradientsTitle: "층별 경사도 (로그 눈금, 위가 입력 쪽)",
  guessing: "찍을 때: ln 3 = 1.10",
  steps: "단계",
  old: "점선: 앞서 본 실행",
  costLabel: (loss, step) => `${step}단계에서 비용은 ${loss}`,
  planeLabel: (right) => `세 부류가 있는 평면. 표본의 ${right}를 맞힌다`,
  planeKey: "글자: 신경망이 말하는 부류, ● A ▲ B ■ C: 표본",
  spread: (deviation, ends) => `±${deviation} · ${ends}`,
  spreadKey: { sigmoid: "표준편차, 포화", tanh: "표준편차, 포화", relu: "표준편차, 0(안 그림)" },
  activationsLabel: (first, last) => `활성값의 표준편차는 첫 층에서 ${first}, 마지막 층에서 ${last}`,
  out: "출력",
  verdicts: { vanishing: "소멸", exploding: "폭발", zero: "", "not finite": "수가 아님", ok: "" },
  gradientsLabel: (first, last) => `경사도의 제곱평균제곱근은 첫 층에서 ${first}, 마지막 층에서 ${last}`,
  said: (step, loss, right) => `600단계 가운데 ${step}단계: 비용 ${loss}, ${right} 맞힘`,
  chooseFirst: "먼저 예측한다(1, 2, 3). 보기만 하려면 4. 그다음 재생한다.",
  score: (right, all) => `지금까지 ${all}번 가운데 ${right}번 맞게 예측했다.`,
  right: "예측이 맞았다.",
  wrong: "예측과 다르다.",
  results: {
    yes: (cost, right) => `배웠다. ${right} 맞히고 비용은 ${cost}이다.`,
    part: (cost, right) => `얼마쯤 배웠다. ${right} 맞히고 비용은 ${cost}이다.`,
    no: (cost, right) => `배우지 못했다. 찍어도 33 %인데 ${right} 맞힌다. 비용은 ${cost}이다.`,
    broken: () => "망가졌다. 비용이 더는 수가 아니다.",
  },
  causes: {
    symmetric: () =>
      "한 층의 노드가 모두 같은 값에서 시작했다. 같은 경사도를 받으니 끝까지 서로의 복사본이고, 신경망의 폭은 사실상 1이다. " +
      "난수가 이 대칭을 파괴한다.",
    vanishing: (r) =>
      `첫 단계 전 경사도가 출력에서 ${number(r.gradients[0].at(-1))}, 첫 층에서 ${number(r.gradients[0][0])}이다. ` +
      "되돌아오는 길에 소멸하여 앞쪽 층은 제자리에 머문다.",
    exploding: (r) =>
      `첫 단계 전 경사도가 출력에서 ${number(r.gradients[0].at(-1))}, 첫 층에서 ${number(r.gradients[0][0])}이고, 신호의 ` +
      `표준편차는 ${number(r.deviations[0][0])}에서 ${number(r.deviations[0].at(-1))}로 간다. 이렇게 큰 가중치는 지나는 것을 ` +
      "키운다. 폭발이다.",
    saturated: (r, ends) => `어떤 층에서는 출력의 ${ends}가 범위의 양 끝에 몰렸다. 거기서는 기울기가 거의 0이다. 포화다.`,
    starved: (r) =>
      `마지막 은닉층에서 활성값의 표준편차가 ${number(r.deviations[0].at(-1))}뿐이다(첫 층 ` +
      `${number(r.deviations[0][0])}). 출력이 입력에 거의 달려 있지 않다.`,
    dead: () => "많은 노드가 모든 표본에 0을 낸다. 0인 ReLU로는 경사도가 지나지 못한다. 죽은 노드다.",
  },
  healthy: (r) =>
    `첫 층부터 마지막 층까지 신호의 크기가 지켜지고(표준편차 ${number(r.deviations[0][0])}, ` +
    `${number(r.deviations[0].at(-1))}) 경사도도 그렇다. 알맞은 크기의 시작이다.`,
  slow:
    "시작에 크게 어긋난 것은 없지만 600단계로는 모자랐다. 단계를 늘리거나, 신호를 지키는 표준편차(tanh는 1/√32, ReLU는 " +
    "1/√16, 시그모이드는 더 크게)에 가까운 값에서 시작하면 낫다.",
  anyway: "그런데도 배웠다. 학습이 시작을 만회했다.",
  shaken: "시작은 알맞았다. 이만큼 깊은 신경망에는 학습률이 너무 크다.",
  keys: [
    ["Space", "재생, 멈춤"],
    ["→ ←", "한 장면 앞으로, 뒤로"],
    ["Home End", "첫 단계 전, 마지막 단계 뒤"],
    ["1 2 3 4", "예측: 배운다, 얼마쯤, 못 배운다; 보기만"],
    ["t", "밝게, 어둡게"],
    ["l", "영어로"],
    ["?", "도움말"],
  ],
  helpTitle: "읽는 법",
  helpText: [
    "활성값: 은닉층마다 히스토그램 하나. 알맞은 시작이면 층을 지나도 폭이 그대로이고, 너무 작으면 뾰족하게 좁아지고, 너무 " +
      "크면 양 끝에 쌓인다. 옆의 수는 표준편차와, 포화한 몫(tanh는 0.97 밖, 시그모이드는 끝에서 0.015 안) 또는 정확히 0인 " +
      "몫(ReLU. 히스토그램에는 넣지 않았다)이다.",
    "경사도: 처음 표본 32개에 대한 층별 경사도의 제곱평균제곱근. ▼ 소멸은 마지막 층의 1/10000보다 작은 것, ▲ 폭발은 1000배가 " +
      "넘는 것, ○는 정확히 0, ✕는 수가 아닌 것.",
    "평면: 글자는 신경망이 거기서 말하는 부류, 옅은 바탕은 자신이 없는 곳이다. 비용은 표본 300개 전체의 것이다.",
    "모든 수는 chainrule의 엔진으로 기록했다. 이 쪽은 아무것도 계산하지 않고 아무것도 내려받지 않는다. " +
      "python docs/make_lab.py가 다시 기록한다. 6과에 같은 실험이 셸 명령으로 있다.",
    "따온 곳: Katanforoosh, Kunin, Initializing neural networks, deeplearning.ai (2019).",
  ],
  close: "닫기",
};

const TONGUES = { en: ENGLISH, ko: KOREAN };
