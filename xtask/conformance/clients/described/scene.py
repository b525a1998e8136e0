"""What chance would hardly hit upon: calls that succeed only after others, and with what those answered."""

import base64
import hmac
import struct
import time

from made_up import picture_form, with_body, BOUNDARY, Request

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery"
CODE = "424242"
WALLET = "0x52908400098527886E0F7030069857D2E4169EE7"


class Scene:
    def __init__(self, document, asking, given):
        self.operations = {operation.id: operation for operation in document.operations}
        self.asking = asking
        self.given = given

    def call(self, id, body=None, /, *, key=None, **places):
        """What an operation answers, which is {} if it refuses. The document may be older than the operation."""
        operation = self.operations.get(id)
        if operation is None:
            return {}
        path = operation.path.format(**{name: value or "nobody" for name, value in places.items()})
        value = self.asking.ask(operation, with_body(operation.method, path, body), key)
        return value if isinstance(value, dict) else {}

    def upload(self, id, /, **places):
        operation = self.operations[id]
        media = f"multipart/form-data; boundary={BOUNDARY}"
        path = operation.path.format(**places)
        self.asking.ask(operation, Request(operation.method, path, [], picture_form(), media))

    def play(self):
        self.users()
        self.addresses()
        self.sessions()
        self.machines()
        self.keys()
        self.roles()
        self.organizations()
        self.templates()
        self.connections()
        self.billing()

    def users(self):
        alan = self.call("CreateUser", {
            "email_address": ["alan@example.com"], "phone_number": ["+15555550100"], "web3_wallet": [WALLET],
            "password": PASSWORD, "totp_secret": TOTP_SECRET, "backup_codes": ["backup-1", "backup-2"],
        })
        user = alan.get("id")
        self.call("VerifyPassword", {"password": PASSWORD}, user_id=user)
        self.call("VerifyTOTP", {"code": totp(TOTP_SECRET, time.time())}, user_id=user)
        self.call("SetUserPasswordCompromised", {}, user_id=user)
        self.call("UnsetUserPasswordCompromised", user_id=user)
        self.call("DeleteBackupCode", user_id=user)
        self.call("DeleteTOTP", user_id=user)
        self.call("UserWeb3WalletDelete", user_id=user, web3_wallet_identification_id=first(alan, "web3_wallets"))
        self.upload("SetUserProfileImage", user_id=user)
        self.call("DeleteUserProfileImage", user_id=user)
        self.call("BanUser", user_id=user)
        # Nobody signs in who is banned, or locked.
        self.call("createSession", {"user_id": user})
        self.call("UnbanUser", user_id=user)
        self.call("LockUser", user_id=user)
        self.call("createSession", {"user_id": user})
        self.call("DeleteUser", user_id=user)
        mary = self.call("GetUser", user_id=self.given["mary"])
        self.call(
            "DeleteExternalAccount", user_id=self.given["mary"], external_account_id=first(mary, "external_accounts")
        )

    def addresses(self):
        for what, kind, text in (
            ("EmailAddress", "email_address", "grace@example.com"),
            ("PhoneNumber", "phone_number", "+15555550101"),
        ):
            address = self.call(f"Create{what}", {"user_id": self.given["bob"], kind: text, "verified": False})
            place = {f"{kind}_id": address.get("id")}
            verification = self.call(f"Prepare{what}Verification", **place)
            attempt = {"verification_id": verification.get("id"), "code": CODE}
            self.call(f"Attempt{what}Verification", attempt, **place)

    def sessions(self):
        ada = self.given["ada"]
        session = self.call("createSession", {"user_id": ada}).get("id")
        self.call("CreateSessionToken", {}, session_id=session)
        self.call("CreateSessionTokenFromTemplate", {}, session_id=session, template_name="hasura")
        browser = self.given["browser"]
        stale = {
            "expired_token": browser["expired_token"], "refresh_token": browser["refresh_token"],
            "request_origin": browser["origin"],
        }
        self.call("RefreshSession", stale, session_id=browser["session"])
        self.call("VerifyClient", {"token": browser["client_token"]})
        self.call("RevokeSession", session_id=session)
        ticket = self.call("CreateSignInToken", {"user_id": ada})
        self.call("RevokeSignInToken", sign_in_token_id=ticket.get("id"))
        task = self.call("CreateAgentTask", {
            "on_behalf_of": {"user_id": ada}, "permissions": "*", "agent_name": "crawler",
            "task_description": "Reads the dashboard", "redirect_url": "http://localhost:3000/",
        })
        self.call("RevokeAgentTask", agent_task_id=task.get("agent_task_id"))
        self.call("GetSignUp", id=self.given["sign_up"])
        self.call("UpdateSignUp", {"external_id": "sign-up-1"}, id=self.given["sign_up"])

    def machines(self):
        worker = self.call("CreateMachine", {"name": "worker"})
        billing = self.call("CreateMachine", {"name": "billing"})
        id, other = worker.get("id"), billing.get("id")
        self.call("CreateMachineScope", {"to_machine_id": other}, machine_id=id)
        key = worker.get("secret_key")
        token = self.call("createM2MToken", {"seconds_until_expiration": 600}, key=key)
        self.call("verifyM2MToken", {"token": token.get("token")}, key=billing.get("secret_key"))
        self.call("revokeM2MToken", {"revocation_reason": "done"}, key=key, m2m_token_id=token.get("id"))
        self.call("DeleteMachineScope", machine_id=id, other_machine_id=other)

    def keys(self):
        key = self.call("createApiKey", {"name": "builds", "subject": self.given["ada"]})
        self.call("verifyApiKey", {"secret": key.get("secret")})
        self.call("verifyOAuthAccessToken", {"access_token": self.given["oauth_token"]})

    def roles(self):
        launch = {"name": "Launch", "key": "org:rockets:launch"}
        permission = self.call("CreateOrganizationPermission", launch).get("id")
        role = self.call("CreateOrganizationRole", {"name": "Pilot", "key": "org:pilot"}).get("id")
        both = {"organization_role_id": role, "permission_id": permission}
        self.call("AssignPermissionToOrganizationRole", **both)
        self.call("RemovePermissionFromOrganizationRole", **both)
        for name in ("crew", "reserve"):
            self.call("CreateRoleSet", {
                "name": name, "key": f"role_set:{name}", "default_role_key": "org:member",
                "creator_role_key": "org:admin", "roles": ["org:admin", "org:member"],
            })
        self.call("AddRolesToRoleSet", {"role_keys": ["org:pilot"]}, role_set_key_or_id="role_set:crew")
        self.call(
            "ReplaceRoleInRoleSet", {"role_key": "org:pilot", "to_role_key": "org:member"},
            role_set_key_or_id="role_set:crew",
        )
        self.call("ReplaceRoleSet", {"dest_role_set_key": "role_set:reserve"}, role_set_key_or_id="role_set:crew")

    def organizations(self):
        self.call("UpdateInstanceOrganizationSettings", {"enabled": True})
        navy = self.call("CreateOrganization", {"name": "Navy", "created_by": self.given["ada"]}).get("id")
        member = {"organization_id": navy, "user_id": self.given["bob"]}
        joins = {"user_id": self.given["bob"], "role": "org:member"}
        self.call("CreateOrganizationMembership", joins, organization_id=navy)
        self.call("UpdateOrganizationMembership", {"role": "org:admin"}, **member)
        self.call("UpdateOrganizationMembershipMetadata", {"public_metadata": {"desk": 4}}, **member)
        self.call("DeleteOrganizationMembership", **member)
        # Nobody signs in to what they have left.
        self.call("createSession", {"user_id": self.given["bob"], "active_organization_id": navy})
        domain = self.call(
            "CreateOrganizationDomain", {"name": "navy.example.com", "verified": False}, organization_id=navy
        )
        place = {"organization_id": navy, "domain_id": domain.get("id")}
        self.call("VerifyOrganizationDomainOwnership", **place)
        self.call("UpdateOrganizationDomain", {"enrollment_mode": "manual_invitation"}, **place)
        self.call("DeleteOrganizationDomain", **place)
        self.upload("UploadOrganizationLogo", organization_id=navy)
        self.call("DeleteOrganizationLogo", organization_id=navy)
        self.call("DeleteOrganization", organization_id=navy)

    def templates(self):
        place = {"template_type": "email", "slug": "verification_code"}
        text = {"subject": "Your code", "body": "{{otp_code}}"}
        self.call("GetTemplate", **place)
        self.call("UpsertTemplate", {"name": "Code", **text}, **place)
        self.call("PreviewTemplate", text, **place)
        self.call("ToggleTemplateDelivery", {"delivered_by_clerk": False}, **place)
        self.call("RevertTemplate", **place)

    def connections(self):
        self.call("CreateSAMLConnection", {
            "name": "Saml", "provider": "saml_custom", "domain": "saml.example.com",
            "idp_entity_id": "https://idp.example/entity", "idp_sso_url": "https://idp.example/sso",
        })
        connection, other = self.enterprise("corp.example.com"), self.enterprise("other.example.com")
        # A domain leads to one connection.
        self.call("UpdateEnterpriseConnection", {"domains": ["corp.example.com"]}, enterprise_connection_id=other)
        for kind, mapping in (("SCIMDirectory", "SCIM"), ("Directory", "Directory")):
            self.directory(kind, mapping, connection)
        domain = first(self.call("ListDomains"), "data")
        self.call("VerifyDomainProxy", {"domain_id": domain, "proxy_url": "https://app.example/__clerk"})

    def enterprise(self, domain):
        made = self.call("CreateEnterpriseConnection", {
            "name": "Example", "provider": "saml_okta", "domains": [domain],
            "saml": {"idp_entity_id": "https://idp.example/entity", "idp_sso_url": "https://idp.example/sso"},
        })
        return made.get("id")

    def directory(self, kind, mapping, connection):
        name = "scim_directory_id" if kind == "SCIMDirectory" else "directory_id"
        staff = {"enterprise_connection_id": connection, "provider": "okta", "name": "Staff"}
        place = {name: self.call(f"Create{kind}", staff).get("id")}
        role = first(self.call("ListOrganizationRoles"), "data")
        given = {"scim_group_id": "group-1", "role_id": role}
        made = self.call(f"Create{mapping}GroupRoleMapping", given, **place)
        self.call(f"List{mapping}GroupRoleMappings", **place)
        self.call(f"Delete{mapping}GroupRoleMapping", mapping_id=made.get("id"), **place)
        self.call(f"Replace{mapping}GroupRoleMappings", {"mappings": [given]}, **place)
        self.call(f"Rotate{kind}APIKey", **place)
        self.call(f"Delete{kind}", **place)

    def billing(self):
        subscription = self.call("GetUserBillingSubscription", user_id=self.given["bob"])
        item = next(iter(subscription.get("subscription_items") or []), {})
        price = self.call("CreateBillingPrice", {
            "plan_id": item.get("plan_id"), "amount": 1900, "currency": "USD",
        })
        moved = {"from_price_id": item.get("price_id"), "to_price_id": price.get("id")}
        self.call("CreateBillingPriceTransition", moved, subscription_item_id=item.get("id"))
        later = {"extend_to": "2099-01-01T00:00:00Z"}
        self.call("ExtendBillingSubscriptionItemFreeTrial", later, subscription_item_id=item.get("id"))
        self.call("CancelCommerceSubscriptionItem", subscription_item_id=item.get("id"))


def first(value, name):
    """The id of the first of a list."""
    return next((one.get("id") for one in value.get(name) or []), None)


def totp(secret, now):
    """The code that an app for second factors shows now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(now) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"
