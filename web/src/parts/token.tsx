// A studio that other machines can reach asks for its token.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { tokenWanted } from "../api";

// A token that is still in the address was not taken: the server hides those that it knows.
const address = new URL(location.href);
const refused = address.searchParams.has("token");
if (refused) {
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}

export function TokenDialog() {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [token, setToken] = useState("");
  const wanted = tokenWanted.value;
  useEffect(() => {
    if (wanted && !dialog.current!.open) dialog.current!.showModal();
  }, [wanted]);
  if (!wanted) return null;
  return (
    <dialog ref={dialog} class="token" aria-labelledby={`${id}t`} onCancel={(event) => event.preventDefault()}>
      <h2 id={`${id}t`}>This studio asks for its token</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          location.assign(`/?token=${encodeURIComponent(token.trim())}`);
        }}
      >
        <div class="field">
          <label for={id}>Token</label>
          <input id={id} type="password" autocomplete="current-password" value={token} aria-describedby={`${id}h`} onInput={(event) => setToken((event.target as HTMLInputElement).value)} />
          <p class={refused ? "hint wrong" : "hint"} id={`${id}h`} role={refused ? "alert" : undefined}>
            {refused && "That is not this studio's token. "}
            It stands in the address that toccata studio printed when it was started, after “token=”.
          </p>
        </div>
        <button type="submit" class="strong" disabled={token.trim() === ""}>Open the studio</button>
      </form>
    </dialog>
  );
}
