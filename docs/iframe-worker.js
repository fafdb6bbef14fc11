// Search in a site that is opened from a folder: browsers refuse workers there, so an unseen frame does their work.

window.IFrameWorker = class extends EventTarget {
  constructor(url) {
    super();
    const frame = document.createElement("iframe");
    frame.hidden = true;
    document.body.append(frame);
    this.inner = frame.contentWindow;
    // written, so that no browser replaces the empty document later
    this.inner.document.open();
    this.inner.document.write("<!doctype html><body></body>");
    this.inner.document.close();
    const load = (address) =>
      new Promise((loaded, failed) => {
        const script = this.inner.document.createElement("script");
        script.src = new URL(address, location.href);
        script.onload = loaded;
        script.onerror = failed;
        this.inner.document.body.append(script);
      });
    this.inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
    this.inner.importScripts = async (...addresses) => {
      for (const each of addresses) await load(each);
    };
    this.ready = load(url);
  }

  postMessage(data) {
    this.ready.then(() => this.inner.dispatchEvent(new this.inner.MessageEvent("message", { data })));
  }

  terminate() {
    this.inner.frameElement.remove();
  }
};

if (location.protocol === "file:") window.Worker = window.IFrameWorker;
