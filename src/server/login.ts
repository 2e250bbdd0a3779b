/** The page on which a browser gives the token: a form, without a script. */

export function loginPage(problem: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in – Plans</title>
<link rel="stylesheet" href="/api/docs/reference.css">
</head>
<body>
<main>
<h1>Plans</h1>
<form method="post" action="/login">
<p><label for="token">The token that the server has printed</label></p>
<p><input id="token" name="token" type="password" autocomplete="current-password" required autofocus> <button>Sign in</button></p>
<p role="alert">${problem}</p>
</form>
</main>
</body>
</html>
`;
}
